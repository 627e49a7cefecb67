import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, open, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { newId } from "../db/new-id.ts";
import { checkDisk, checkOverlay } from "../images/disks/check-disk.ts";
import type { Disk, DiskPool } from "../images/disks/disk-pool.ts";
import { asDiskFull, refuseFullDisk } from "../images/disks/disk-room.ts";
import { qemuFlatten } from "../images/disks/qemu-img.ts";
import type { StandingDisk, VmDisks } from "../providers/libvirt/range-vms.ts";
import type { MachineToSave } from "./saved-machine.ts";
import { snapshotDisk, snapshotFile } from "./snapshot-disk.ts";

interface Library {
	readonly vms: VmDisks;
	readonly pool: DiskPool;
	readonly rangeName: string;
	/** What the same snapshot has brought so far. */
	readonly others: readonly Disk[];
}

interface Transfer {
	readonly signal: AbortSignal;
	onProgress(done: number, total: number | null): void;
}

/**
 * Brings a VM's disk into the library as one file that stands on nothing: what the VM wrote comes from the hypervisor,
 * what it started from is the library's own. Its row is the caller's to write; a file without one is removed at the
 * next start. Errors: `INPUT_INVALID` when the disk stands on another file than it was made on, `DISK_FULL`.
 */
export async function bringDisk(
	{ vms, pool, rangeName, others }: Library,
	{ id, machine: { spec } }: MachineToSave,
	{ volumes }: StandingDisk,
	{ signal, onProgress }: Transfer,
): Promise<Disk> {
	await mkdir(pool.folder, { recursive: true, mode: 0o700 });
	const base = await pool.verify(spec.image, { signal });
	const sizes = await Promise.all(volumes.map((volume) => vms.sizeOf(volume)));
	const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
	// What comes, and what is made of it.
	await refuseFullDisk(pool.folder, base.sizeBytes + 2 * total, `The disk of ${spec.name}`);
	const overlays = volumes.map((volume) => ({ volume, file: `${pool.path({ file: snapshotFile(newId()) })}.part` }));
	const whole = pool.path({ file: snapshotFile(id) });
	const part = `${whole}.part`;
	try {
		let before = 0;
		for (const { volume, file } of overlays) {
			const source = await vms.download(volume, {
				signal,
				onProgress: (bytes) => onProgress(before + bytes, Math.max(total, before + bytes)),
			});
			const target = createWriteStream(file, { mode: 0o600 });
			await pipeline(source, target, { signal });
			before += target.bytesWritten;
			await checkOverlay(file, volume.backing, spec.name);
		}
		const chain = overlays.map(({ file }) => ({ file, format: "qcow2" as const }));
		await qemuFlatten([...chain, { file: pool.path(base), format: base.format }], part, spec.name, signal);
		const { virtualBytes } = await checkDisk(part, "qcow2", spec.name, signal);
		const { sha256, sizeBytes } = await sealed(part, signal);
		signal.throwIfAborted();
		await pool.settle(part, { file: snapshotFile(id), sha256, sizeBytes }, { signal, others });
		const now = new Date().toISOString();
		return {
			...{ name: snapshotDisk(id), file: snapshotFile(id), format: "qcow2", sizeBytes, virtualBytes, sha256 },
			...{ origin: `${spec.name} of ${rangeName}`, createdAt: now, lastUsed: now },
		};
	} catch (error) {
		await removeFiles(pool, id);
		throw asDiskFull(error, `the disk of ${spec.name} was saved`, pool.folder);
	} finally {
		for (const { file } of overlays) await rm(file, { force: true });
	}
}

/** Removes what a snapshot has in the pool, whole or not. */
export async function removeFiles(pool: DiskPool, id: string): Promise<void> {
	const whole = pool.path({ file: snapshotFile(id) });
	for (const file of [whole, `${whole}.part`]) await rm(file, { force: true });
}

/** From here on nobody writes the file, and it survives a power cut. */
async function sealed(file: string, signal: AbortSignal): Promise<{ sha256: string; sizeBytes: number }> {
	await chmod(file, 0o400);
	await using handle = await open(file, "r");
	await handle.sync();
	const hash = createHash("sha256");
	let sizeBytes = 0;
	for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024, signal })) {
		hash.update(chunk);
		sizeBytes += chunk.length;
	}
	return { sha256: hash.digest("hex"), sizeBytes };
}
