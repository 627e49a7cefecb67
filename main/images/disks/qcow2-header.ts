import { diskInvalid, flattenRemedy } from "./invalid-disk.ts";

/** As much of the file as the header and its extensions can take: the first cluster, at most 2 MiB. */
export const qcow2HeadBytes = 2 * 1024 * 1024;

const extensionEnd = 0;
const extensionDataFile = 0x44415441;
const incompatibleDataFile = 1n << 2n;
const incompatibleCorrupt = 1n << 1n;
/** Every incompatible feature that is known to stay inside the file: dirty, corrupt, compression type, extended L2. */
const insideFeatures = 0b11011n;

/**
 * Refuses a qcow2 that leads to another file or is encrypted, by its header alone: whatever opens such a file may
 * follow it. Layout: docs/interop/qcow2.txt of QEMU. With a `backing` it must stand on just that file. Errors:
 * `INPUT_INVALID`, with the name of the other file.
 */
export function checkQcow2Header(head: Buffer, place: string, backing: string | null = null): void {
	if (head.length < 72) throw diskInvalid(place, "it ends inside its header");
	const version = head.readUInt32BE(4);
	if (version !== 2 && version !== 3) throw diskInvalid(place, `it is qcow2 of version ${version}, which is unknown`);
	const backingOffset = head.readBigUInt64BE(8);
	const backingSize = head.readUInt32BE(16);
	const hasBacking = backingOffset !== 0n || backingSize !== 0;
	const name = hasBacking ? textAt(head, Number(backingOffset), Math.min(backingSize, 1023)) : null;
	if (backing !== null && name !== backing) {
		throw diskInvalid(place, `it stands on ${name === null ? "nothing" : `"${name}"`}, and not on "${backing}"`);
	}
	if (backing === null && name !== null) {
		throw diskInvalid(
			place,
			`it stands on a backing file, "${name}", which would be read from this machine`,
			flattenRemedy,
		);
	}
	if (head.readUInt32BE(32) !== 0)
		throw diskInvalid(place, "it is encrypted", "Decrypt it with qemu-img convert first.");
	if (version === 2) return;
	if (head.length < 104) throw diskInvalid(place, "it ends inside its header");
	const incompatible = head.readBigUInt64BE(72);
	const headerLength = head.readUInt32BE(100);
	const dataFile = dataFileName(head, headerLength);
	if ((incompatible & incompatibleDataFile) !== 0n || dataFile !== null) {
		const name = dataFile ?? "a file that it does not name";
		throw diskInvalid(
			place,
			`its data is in another file, "${name}", which would be read from this machine`,
			flattenRemedy,
		);
	}
	if ((incompatible & incompatibleCorrupt) !== 0n) {
		throw diskInvalid(place, "it is marked as corrupt", "Repair it with qemu-img check -r all, or fetch it again.");
	}
	const unknown = incompatible & ~insideFeatures;
	if (unknown !== 0n) throw diskInvalid(place, `it needs features that are unknown (0x${unknown.toString(16)})`);
}

/** The name in the header's extension for an external data file; null when there is no such extension. */
function dataFileName(head: Buffer, headerLength: number): string | null {
	for (let at = headerLength; at + 8 <= head.length; ) {
		const type = head.readUInt32BE(at);
		const length = head.readUInt32BE(at + 4);
		if (type === extensionEnd) return null;
		if (type === extensionDataFile) return textAt(head, at + 8, Math.min(length, 1023));
		at += 8 + Math.ceil(length / 8) * 8;
	}
	return null;
}

function textAt(head: Buffer, offset: number, length: number): string {
	return head
		.subarray(offset, offset + length)
		.toString("utf8")
		.replace(/\0.*$/s, "");
}
