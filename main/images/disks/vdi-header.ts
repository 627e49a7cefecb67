import { diskInvalid, flattenRemedy } from "./invalid-disk.ts";

export const vdiHeadBytes = 512;

/** Refuses a VDI that stands on another one. Layout: VirtualBox's VDICore.h, version 1.1. Errors: `INPUT_INVALID`. */
export function checkVdiHeader(head: Buffer, place: string): void {
	if (head.length < vdiHeadBytes) throw diskInvalid(place, "it ends inside its header");
	const version = head.readUInt32LE(0x44);
	if (version !== 0x00010001)
		throw diskInvalid(place, `it is VDI of version 0x${version.toString(16)}, which is unknown`);
	const type = head.readUInt32LE(0x4c);
	if (type === 3 || type === 4) throw diskInvalid(place, "it is a difference to another disk", flattenRemedy);
	if (type !== 1 && type !== 2) throw diskInvalid(place, `it is VDI of the unknown type ${type}`);
	const parent = head.subarray(0x1a8, 0x1b8);
	if (parent.some((byte) => byte !== 0)) {
		throw diskInvalid(place, `it stands on a parent disk (${parent.toString("hex")})`, flattenRemedy);
	}
}
