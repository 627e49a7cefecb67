import {
	descriptorEnd,
	directoryRecord,
	jolietForm,
	type NameForm,
	pathRecord,
	plainForm,
	sectorBytes,
	volumeDescriptor,
} from "./iso-records.ts";
import { type IsoFile, type IsoNode, isoTree } from "./iso-tree.ts";

export interface IsoOptions {
	/** At most 16 characters, so that both trees hold all of it. Lower case is kept, as cloud-init's "cidata" wants it. */
	readonly label: string;
	/** Of the volume and of every file. The same input gives the same bytes. */
	readonly date: Date;
	readonly files: readonly IsoFile[];
}

const labelPattern = /^[A-Za-z0-9_-]{1,16}$/;
const firstDescriptor = 16;
const maxFileBytes = 0xffff_ffff;

/** A folder of one tree: where its records lie, and its number in the path table. */
interface Folder {
	readonly node: IsoNode;
	readonly parent: number;
	readonly bytes: number;
	readonly sector: number;
}

/**
 * A CD image in memory: ISO 9660 with Joliet, so with exact names on every system that knows Joliet. For a handful of
 * small files, such as a seed for cloud-init or an answer file for an installer. Throws a `RangeError` for what the
 * format cannot hold.
 */
export function isoImage({ label, date, files }: IsoOptions): Uint8Array {
	if (!labelPattern.test(label)) throw new RangeError(`${JSON.stringify(label.slice(0, 40))} cannot be a label.`);
	const year = date.getUTCFullYear();
	if (!(year >= 1970 && year <= 2155)) throw new RangeError("An ISO image holds dates from 1970 to 2155.");
	const root = isoTree(files);
	const trees = [plainForm, jolietForm].map((form) => ({ form, folders: placeFolders(root, form) }));
	let next = firstDescriptor + trees.length + 1;
	const take = (bytes: number) => {
		const sector = next;
		next += Math.ceil(bytes / sectorBytes);
		return sector;
	};
	const placed = trees.map(({ form, folders }) => {
		const bytes = folders.reduce(
			(sum, { node }, at) => sum + pathRecord(nameOf(node, form, at), 0, 0, "big").length,
			0,
		);
		return { form, folders, pathTableBytes: bytes, little: take(bytes), big: take(bytes) };
	});
	const settled = placed.map((tree) => ({
		...tree,
		folders: tree.folders.map((folder) => ({ ...folder, sector: take(folder.bytes) })),
	}));
	const contents = new Map<IsoNode, number>();
	for (const node of filesOf(root))
		contents.set(node, (node.bytes?.length ?? 0) === 0 ? 0 : take(node.bytes?.length ?? 0));
	const image = new Uint8Array(next * sectorBytes);
	const put = (sector: number, bytes: Uint8Array) => image.set(bytes, sector * sectorBytes);
	for (const [at, tree] of settled.entries()) {
		put(
			firstDescriptor + at,
			volumeDescriptor(tree.form, {
				label,
				date,
				sectors: next,
				pathTableBytes: tree.pathTableBytes,
				pathTableLittle: tree.little,
				pathTableBig: tree.big,
				root: rootOf(tree.folders),
			}),
		);
		put(tree.little, pathTable(tree.folders, tree.form, "little"));
		put(tree.big, pathTable(tree.folders, tree.form, "big"));
		for (const folder of tree.folders)
			put(folder.sector, folderRecords(folder, tree.folders, tree.form, contents, date));
	}
	put(firstDescriptor + settled.length, descriptorEnd());
	for (const [node, sector] of contents) if (node.bytes && sector > 0) put(sector, node.bytes);
	return image;
}

/** All folders in the path table's order: by level, then by the parent's number, then by name. */
function placeFolders(root: IsoNode, form: NameForm): Folder[] {
	const folders: Folder[] = [{ node: root, parent: 1, bytes: 0, sector: 0 }];
	for (let at = 0; at < folders.length; at++) {
		const folder = folders[at];
		if (folder === undefined) break;
		for (const child of sorted(folder.node.children, form)) {
			if (child.bytes === undefined) folders.push({ node: child, parent: at + 1, bytes: 0, sector: 0 });
		}
	}
	return folders.map((folder) => ({ ...folder, bytes: packed(recordLengths(folder.node, form)).bytes }));
}

function recordLengths(node: IsoNode, form: NameForm): number[] {
	const lengthOf = (name: Uint8Array) => 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
	return [34, 34, ...sorted(node.children, form).map((child) => lengthOf(nameOf(child, form)))];
}

/** Where each record of a folder begins: a record never crosses the border of a sector. */
function packed(lengths: readonly number[]): { offsets: number[]; bytes: number } {
	let end = 0;
	const offsets = lengths.map((length) => {
		const left = sectorBytes - (end % sectorBytes);
		const offset = length > left ? end + left : end;
		end = offset + length;
		return offset;
	});
	return { offsets, bytes: Math.ceil(end / sectorBytes) * sectorBytes };
}

function folderRecords(
	folder: Folder,
	folders: readonly Folder[],
	form: NameForm,
	contents: ReadonlyMap<IsoNode, number>,
	date: Date,
): Uint8Array {
	const parent = folders[folder.parent - 1] ?? folder;
	const pointTo = ({ sector, bytes }: Folder) => ({ sector, bytes, isFolder: true, date });
	const places = new Map(folders.map((one) => [one.node, one]));
	const records = [
		directoryRecord(Uint8Array.of(0), pointTo(folder)),
		directoryRecord(Uint8Array.of(1), pointTo(parent)),
	];
	for (const child of sorted(folder.node.children, form)) {
		const place = places.get(child);
		const bytes = child.bytes?.length ?? 0;
		const target = place ? pointTo(place) : { sector: contents.get(child) ?? 0, bytes, isFolder: false, date };
		records.push(directoryRecord(nameOf(child, form), target));
	}
	const { offsets, bytes } = packed(records.map((record) => record.length));
	const whole = new Uint8Array(bytes);
	for (const [at, record] of records.entries()) whole.set(record, offsets[at]);
	return whole;
}

function pathTable(folders: readonly Folder[], form: NameForm, order: "little" | "big"): Uint8Array {
	return Buffer.concat(
		folders.map(({ node, sector, parent }, at) => pathRecord(nameOf(node, form, at), sector, parent, order)),
	);
}

/** The root, which is the first folder, is named by one zero byte. */
function nameOf(node: IsoNode, form: NameForm, at = 1): Uint8Array {
	if (at === 0) return Uint8Array.of(0);
	return form.encode(form.descriptorType === 1 ? node.plainName : node.name);
}

function sorted(nodes: readonly IsoNode[], form: NameForm): IsoNode[] {
	return nodes.toSorted((one, other) => Buffer.compare(nameOf(one, form), nameOf(other, form)));
}

function filesOf(node: IsoNode): IsoNode[] {
	if (node.bytes === undefined) return node.children.flatMap(filesOf);
	if (node.bytes.length > maxFileBytes) throw new RangeError("A file of an ISO image holds at most 4 GiB.");
	return [node];
}

function rootOf(folders: readonly Folder[]): Folder {
	const [root] = folders;
	if (root === undefined) throw new Error("A tree without a root was made.");
	return root;
}
