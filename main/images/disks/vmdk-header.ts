import { diskInvalid, flattenRemedy } from "./invalid-disk.ts";

const sectorBytes = 512;
const descriptorSectorsLimit = 128n;

/** Kinds of VMDK that are one file. */
const oneFileKinds = new Set(["monolithicsparse", "streamoptimized"]);

/** Refuses a VMDK whose data is elsewhere. Layout: VMware's Virtual Disk Format 5.0. Errors: `INPUT_INVALID`. */
export function checkVmdkHeader(head: Buffer, place: string): void {
	if (head.length < sectorBytes) throw diskInvalid(place, "it ends inside its header");
	const version = head.readUInt32LE(4);
	if (version < 1 || version > 3) throw diskInvalid(place, `it is VMDK of version ${version}, which is unknown`);
	// A capacity of 0 makes readers take the extents from the descriptor, whatever they name.
	if (head.readBigUInt64LE(12) === 0n)
		throw diskInvalid(place, "it has no capacity, only a list of other files", flattenRemedy);
	const offset = head.readBigUInt64LE(28);
	const sectors = head.readBigUInt64LE(36);
	if (offset === 0n || sectors === 0n)
		throw diskInvalid(place, "it has no descriptor: it is a part of a larger disk", flattenRemedy);
	if (offset > 1024n || sectors > descriptorSectorsLimit) throw diskInvalid(place, "its descriptor is out of place");
	const from = Number(offset) * sectorBytes;
	const bytes = head.subarray(from, from + Number(sectors) * sectorBytes);
	checkVmdkDescriptor(bytes.toString("utf8").replace(/\0.*$/s, ""), place);
}

/** A descriptor by itself names its extents: always other files. */
export function refuseVmdkDescriptor(text: string, place: string): never {
	const names = [...extents(text)].map(({ file }) => `"${file}"`);
	const list = names.length === 0 ? "other files" : names.slice(0, 5).join(", ");
	throw diskInvalid(place, `it is only the description of a disk; its data is in ${list}`, flattenRemedy);
}

function checkVmdkDescriptor(text: string, place: string): void {
	const kind = /^\s*createType\s*=\s*"?([^"\n]*)"?/im.exec(text)?.[1]?.trim() ?? "";
	if (kind === "")
		throw diskInvalid(place, "it does not describe itself: it is a part of a larger disk", flattenRemedy);
	if (!oneFileKinds.has(kind.toLowerCase())) {
		throw diskInvalid(place, `it is a VMDK of the kind "${kind}", which is more than one file`, flattenRemedy);
	}
	const parent = /^\s*parentFileNameHint\s*=\s*"?([^"\n]*)"?/im.exec(text)?.[1];
	const parentId = /^\s*parentCID\s*=\s*([0-9a-f]+)/im.exec(text)?.[1];
	if (parent !== undefined || (parentId !== undefined && !/^f{8}$/i.test(parentId))) {
		throw diskInvalid(place, `it stands on a parent disk, "${parent ?? "unnamed"}"`, flattenRemedy);
	}
	const all = [...extents(text)];
	const [only] = all;
	if (only === undefined || all.length > 1 || only.type !== "SPARSE") {
		const names = all.map(({ file }) => `"${file}"`).slice(0, 5);
		throw diskInvalid(
			place,
			`its data is in ${all.length} extents (${names.join(", ")}), not in this file`,
			flattenRemedy,
		);
	}
	// Its own name of the day it was made: one of a folder would be another file.
	if (/[/\\:]/.test(only.file)) throw diskInvalid(place, `its extent is another file, "${only.file}"`, flattenRemedy);
}

function* extents(text: string): Generator<{ type: string; file: string }> {
	for (const line of text.split("\n").slice(0, 2000)) {
		const found = /^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(\w+)(?:\s+"([^"]*)")?/i.exec(line);
		if (found) yield { type: (found[1] ?? "").toUpperCase(), file: found[2] ?? "" };
	}
}
