/** A file of an image: its path with "/" between folders, and its bytes. */
export interface IsoFile {
	readonly path: string;
	readonly bytes: Uint8Array;
}

/** A folder or file with its two names, children in the order of the respective names. */
export interface IsoNode {
	readonly name: string;
	/** The name that readers without Joliet see: upper case, at most 30 characters, unique in its folder. */
	readonly plainName: string;
	/** Undefined for a folder. */
	readonly bytes: Uint8Array | undefined;
	readonly children: readonly IsoNode[];
}

/** ECMA-119 allows eight levels, the root being the first. */
const maxDepth = 8;
/** Joliet: 64 UCS-2 characters, none of them from this set. */
const maxNameUnits = 64;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name.
const forbidden = /[\u0000-\u001f*/:;?\\]/;

interface Draft {
	readonly bytes: Uint8Array | undefined;
	readonly children: Map<string, Draft>;
}

/**
 * The folders and files as a tree. Throws a `RangeError` for a path that ISO 9660 with Joliet cannot hold: an image
 * whose names differ from what was asked for would be worse than none.
 */
export function isoTree(files: readonly IsoFile[]): IsoNode {
	const root: Draft = { bytes: undefined, children: new Map() };
	for (const { path, bytes } of files) {
		const parts = path.split("/");
		if (parts.length >= maxDepth)
			throw new RangeError(`${shown(path)} lies too deep: ${maxDepth - 1} levels are possible.`);
		const name = parts.pop() ?? "";
		const folder = parts.reduce((parent, part) => folderIn(parent, part, path), root);
		if (folder.children.has(checkedName(name, path))) throw new RangeError(`${shown(path)} is there twice.`);
		folder.children.set(name, { bytes, children: new Map() });
	}
	return finished("", "", root);
}

function folderIn(parent: Draft, name: string, path: string): Draft {
	const known = parent.children.get(checkedName(name, path));
	if (known?.bytes !== undefined) throw new RangeError(`${shown(path)} lies in a file.`);
	const folder = known ?? { bytes: undefined, children: new Map() };
	parent.children.set(name, folder);
	return folder;
}

function checkedName(name: string, path: string): string {
	const isFine = name !== "" && name !== "." && name !== ".." && !forbidden.test(name) && name.isWellFormed();
	if (!isFine || name.length > maxNameUnits) throw new RangeError(`${shown(path)} cannot be a path in an ISO image.`);
	return name;
}

function finished(name: string, plainName: string, draft: Draft): IsoNode {
	const taken = new Set<string>();
	const children = [...draft.children].map(([childName, child]) =>
		finished(childName, plainNameOf(childName, child.bytes === undefined, taken), child),
	);
	return { name, plainName, bytes: draft.bytes, children };
}

/** Deterministic, and unique by a number at the end of the stem. */
function plainNameOf(name: string, isFolder: boolean, taken: Set<string>): string {
	const dot = isFolder ? -1 : name.lastIndexOf(".");
	const stem = plain(dot > 0 ? name.slice(0, dot) : name);
	const extension = dot > 0 ? plain(name.slice(dot + 1)).slice(0, 3) : "";
	for (let number = 0; ; number++) {
		const suffix = number === 0 ? "" : `_${number}`;
		const short = stem.slice(0, 26 - suffix.length) + suffix;
		const candidate = isFolder ? short : `${short}.${extension};1`;
		if (taken.has(candidate)) continue;
		taken.add(candidate);
		return candidate;
	}
}

function plain(text: string): string {
	return text.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
}

function shown(path: string): string {
	return JSON.stringify(path.length > 100 ? `${path.slice(0, 100)}…` : path);
}
