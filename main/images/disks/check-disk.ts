import { open } from "node:fs/promises";
import type { DiskFormat } from "../../../contract/images.ts";
import { diskInvalid } from "./invalid-disk.ts";
import { type DiskMagic, diskMagic } from "./magic.ts";
import { checkQcow2Header, qcow2HeadBytes } from "./qcow2-header.ts";
import { qemuCheck, qemuInfo } from "./qemu-img.ts";
import { checkVdiHeader } from "./vdi-header.ts";
import { checkVmdkHeader, refuseVmdkDescriptor } from "./vmdk-header.ts";

export interface CheckedDisk {
	readonly virtualBytes: number;
	readonly note: string | null;
}

/** Looks at a file of ours, first at its header by ourselves, then by QEMU. `place` is what the person calls it. */
export async function checkDisk(
	file: string,
	format: DiskFormat,
	place: string,
	signal: AbortSignal,
): Promise<CheckedDisk> {
	const { head, sizeBytes } = await readHead(file, qcow2HeadBytes);
	if (format !== "raw" && diskMagic(head.subarray(0, 1024), sizeBytes, file) !== format) {
		throw diskInvalid(place, `it is no ${format} disk`);
	}
	checkHeader(head, format, place);
	const { virtualBytes } = await qemuInfo(file, format, place, signal);
	return { virtualBytes, note: await qemuCheck(file, format, place, signal) };
}

/** Errors: `INPUT_INVALID` for what leads to another file. Gives the format under which it is kept. */
export async function checkSourceHeader(path: string, magic: DiskMagic): Promise<DiskFormat> {
	const { head } = await readHead(path, qcow2HeadBytes);
	if (magic === "vmdk-descriptor") refuseVmdkDescriptor(head.subarray(0, 64 * 1024).toString("utf8"), path);
	checkHeader(head, magic, path);
	return magic;
}

/** Errors: `INPUT_INVALID` for a qcow2 that does not stand on just this file. */
export async function checkOverlay(file: string, backing: string, place: string): Promise<void> {
	const { head, sizeBytes } = await readHead(file, qcow2HeadBytes);
	if (diskMagic(head.subarray(0, 1024), sizeBytes, file) !== "qcow2") throw diskInvalid(place, "it is no qcow2 disk");
	checkQcow2Header(head, place, backing);
}

function checkHeader(head: Buffer, format: DiskFormat, place: string): void {
	if (format === "qcow2") checkQcow2Header(head, place);
	if (format === "vmdk") checkVmdkHeader(head, place);
	if (format === "vdi") checkVdiHeader(head, place);
}

async function readHead(file: string, length: number): Promise<{ head: Buffer; sizeBytes: number }> {
	await using handle = await open(file, "r");
	const { size } = await handle.stat();
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(length, size)), 0, Math.min(length, size), 0);
	return { head: buffer.subarray(0, bytesRead), sizeBytes: size };
}
