import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { HomerangeError } from "../../contract/errors.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { DiskFormat, ImportImageRequest } from "../../contract/images.ts";
import { diskName } from "../../contract/images.ts";
import { newId } from "../db/new-id.ts";
import { spaceOf } from "../docker/data-folder.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { archiveLimits } from "./archive/invalid.ts";
import type { StageOptions } from "./archive/stage.ts";
import { checkDisk, checkSourceHeader } from "./disks/check-disk.ts";
import type { DiskPool } from "./disks/disk-pool.ts";
import { asDiskFull, refuseFullDisk, reserveBytes } from "./disks/disk-room.ts";
import { unpackOva } from "./disks/ova.ts";
import { unpackBox } from "./disks/vagrant-box.ts";
import { nameFromFile, type Recognized } from "./recognize.ts";

/** Brings a disk into the pool: copied, checked, and only then given its place and its row. Gives its name. */
export async function importDisk(
	pool: DiskPool,
	request: ImportImageRequest,
	recognized: Extract<Recognized, { kind: "disk" | "ova" | "box" }>,
	folder: string,
	task: TaskRun,
): Promise<string> {
	const name = freeName(pool, request);
	task.plan([
		{ id: "copy", title: `Copy ${request.path} into the library` },
		{ id: "check", title: "Check it" },
	]);
	const { signal } = task;
	await mkdir(pool.folder, { recursive: true, mode: 0o700 });
	task.start("copy");
	await refuseFullDisk(pool.folder, recognized.sizeBytes, "The disk image");
	const onProgress = (done: number) =>
		task.progress("copy", { unit: "bytes", done, total: Math.max(done, recognized.sizeBytes) });
	const { path: source, format } = await takeOut(request.path, recognized, { folder, signal, onProgress });
	const id = newId();
	const file = `${id}.${format}`;
	const part = `${pool.path({ file })}.part`;
	try {
		const { sha256, sizeBytes } = await copyInto(source, part, signal, recognized.kind === "disk" ? onProgress : null);
		task.done("copy", formatBytes(sizeBytes));
		task.start("check");
		const { virtualBytes, note } = await checkDisk(part, format, request.path, signal);
		signal.throwIfAborted();
		await pool.settle(part, { file, sha256, sizeBytes }, { signal });
		const now = new Date().toISOString();
		try {
			// Looked at once more, in the turn in which the row is written: another import may have been quicker.
			freeName(pool, request);
			pool.add({
				name,
				file,
				format,
				sizeBytes,
				virtualBytes,
				sha256,
				origin: request.path,
				createdAt: now,
				lastUsed: now,
			});
		} catch (error) {
			await rm(pool.path({ file }), { force: true });
			throw error;
		}
		task.done("check", note ?? `${format}, ${formatBytes(virtualBytes)}`);
		return name;
	} catch (error) {
		await rm(part, { force: true });
		throw asDiskFull(error, `${request.path} was copied`, request.path);
	}
}

/** The disk itself, taken out of what it was packed into. */
async function takeOut(
	path: string,
	recognized: Extract<Recognized, { kind: "disk" | "ova" | "box" }>,
	options: StageOptions,
): Promise<{ path: string; format: DiskFormat }> {
	switch (recognized.kind) {
		case "disk":
			return { path, format: await checkSourceHeader(path, recognized.format) };
		case "ova":
			return { path: await unpackOva(path, options), format: "vmdk" };
		case "box": {
			// A packed box does not tell its size before it is unpacked.
			const { freeBytes } = await spaceOf(options.folder);
			const bytes = Math.min(archiveLimits.bytes, Math.max(0, freeBytes - reserveBytes));
			return await unpackBox(path, { ...options, limits: { ...archiveLimits, bytes } });
		}
	}
}

function freeName(pool: DiskPool, { name, path }: ImportImageRequest): string {
	const wanted = name ?? nameFromFile(path);
	const parsed = diskName.safeParse(wanted);
	if (!parsed.success) {
		throw new HomerangeError("INPUT_INVALID", `"${wanted.slice(0, 100)}" cannot be the name of a disk image.`, {
			remedy: parsed.error.issues[0]?.message ?? null,
		});
	}
	if (pool.find(wanted) !== null) {
		throw new HomerangeError("NAME_TAKEN", `There is a disk image ${wanted} already.`, {
			place: wanted,
			remedy: "Give another name, or delete that one first.",
		});
	}
	return wanted;
}

/** Copies and hashes in one reading; what is on the disk is what was hashed. The copy can be written by nobody. */
async function copyInto(
	source: string,
	target: string,
	signal: AbortSignal,
	onProgress: ((done: number) => void) | null,
): Promise<{ sha256: string; sizeBytes: number }> {
	const hash = createHash("sha256");
	let sizeBytes = 0;
	await using file = await open(target, "wx", 0o400);
	for await (const chunk of createReadStream(source, { highWaterMark: 1024 * 1024, signal })) {
		hash.update(chunk);
		for (let written = 0; written < chunk.length; ) written += (await file.write(chunk, written)).bytesWritten;
		sizeBytes += chunk.length;
		onProgress?.(sizeBytes);
	}
	await file.sync();
	return { sha256: hash.digest("hex"), sizeBytes };
}
