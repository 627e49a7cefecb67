import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { LibvirtHost } from "../../libvirt/host/index.ts";
import { isNoVolume } from "../../libvirt/rpc/index.ts";

/**
 * The end of a VM's serial log. The file belongs to libvirt's own user, so one in our pool comes through libvirt; another
 * is read as it lies there. Null when there is none, or it may not be read.
 */
export async function readLogTail(host: LibvirtHost, path: string, bytes: number): Promise<Buffer | null> {
	const storage = await host.storage();
	if (!storage.holds(path)) return readFileTail(path, bytes);
	try {
		const connection = await host.connection();
		// A file that QEMU made is known to libvirt once the pool was looked at again.
		await connection.pools.refresh(await storage.pool());
		const volume = await storage.describePath(path);
		if (volume?.capacityBytes == null) return null;
		const offset = Math.max(0, volume.capacityBytes - bytes);
		const parts: Buffer[] = [];
		let size = 0;
		for await (const chunk of await storage.downloadVolume(basename(path), { offset })) {
			parts.push(chunk);
			size += chunk.length;
			// It grows while it is read.
			if (size >= bytes * 2) break;
		}
		return Buffer.concat(parts).subarray(-bytes);
	} catch (error) {
		if (isNoVolume(error)) return null;
		throw error;
	}
}

async function readFileTail(path: string, bytes: number): Promise<Buffer | null> {
	try {
		await using file = await open(path, "r");
		const { size } = await file.stat();
		const length = Math.min(size, bytes);
		const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
		return buffer.subarray(0, bytesRead);
	} catch (error) {
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES")) return null;
		throw error;
	}
}
