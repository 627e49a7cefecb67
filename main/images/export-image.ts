import { createReadStream } from "node:fs";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { ExportImageRequest } from "../../contract/images.ts";
import { newId } from "../db/new-id.ts";
import { saveImages } from "../docker/asking.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { findImage, type ListParts, readScene } from "./image-list.ts";

/** Writes an image into a file: an archive of docker save, or a copy of the disk. The file is there when it is whole. */
export async function exportImage(parts: ListParts, request: ExportImageRequest, task: TaskRun): Promise<void> {
	const { image: name, path, overwrite } = request;
	task.plan([{ id: "write", title: `Write ${name} to ${path}` }]);
	task.start("write");
	await refuseTarget(path, overwrite);
	const { bytes, total } = await openSource(parts, name, task);
	const part = `${path}.${newId().slice(0, 8)}.part`;
	try {
		const done = await writeFile(bytes, part, (count) =>
			task.progress("write", { unit: "bytes", done: count, total: Math.max(count, total) }),
		);
		task.signal.throwIfAborted();
		await putInPlace(part, path, overwrite);
		task.done("write", formatBytes(done));
	} catch (error) {
		bytes.destroy();
		throw task.signal.aborted ? task.signal.reason : cannotWrite(error, path);
	} finally {
		await rm(part, { force: true });
	}
}

/** The bytes, and how many there will be about. A disk is compared with its checksum before it leaves. */
async function openSource(
	parts: ListParts,
	name: string,
	{ signal }: TaskRun,
): Promise<{ bytes: Readable; total: number }> {
	const disk = parts.pool.find(name);
	if (disk !== null) {
		await parts.pool.verify(disk.name, { signal });
		return { bytes: createReadStream(parts.pool.path(disk), { signal }), total: disk.sizeBytes };
	}
	const host = await parts.deps.host.ready(signal);
	const found = findImage(await readScene(parts, host, signal), name);
	if (found.kind === "disk") throw new Error("a disk came into the pool meanwhile");
	// By its name, so that it has it again where it is loaded.
	const bytes = await saveImages(host.api, [found.reference ?? found.image.references[0] ?? found.image.id], signal);
	return { bytes, total: found.image.sizeBytes };
}

async function writeFile(bytes: Readable, target: string, onProgress: (done: number) => void): Promise<number> {
	let done = 0;
	await using file = await open(target, "wx", 0o600);
	for await (const chunk of bytes) {
		for (let written = 0; written < chunk.length; ) written += (await file.write(chunk, written)).bytesWritten;
		done += chunk.length;
		onProgress(done);
	}
	await file.sync();
	return done;
}

async function refuseTarget(path: string, overwrite: boolean): Promise<void> {
	const folder = await stat(dirname(path)).catch(() => null);
	if (!folder?.isDirectory()) {
		throw new HomerangeError("INPUT_INVALID", `The folder ${dirname(path)} does not exist.`, {
			place: path,
			remedy: "Make it, or choose another place.",
		});
	}
	const found = await stat(path).catch(() => null);
	if (found === null) return;
	if (!overwrite) throw taken(path);
	if (found.isFile()) return;
	throw new HomerangeError("INPUT_INVALID", `${path} is not a file that could be replaced.`, {
		place: path,
		remedy: "Choose another place.",
	});
}

/** A link fails where a rename would silently replace what came meanwhile. */
async function putInPlace(part: string, path: string, overwrite: boolean): Promise<void> {
	if (overwrite) return await rename(part, path);
	try {
		await link(part, path);
	} catch (error) {
		const code = codeOf(error);
		if (code === "EEXIST") throw taken(path);
		// Some file systems (FAT, network shares) have no links.
		if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP") throw error;
		await rename(part, path);
	}
}

function taken(path: string): HomerangeError {
	return new HomerangeError("NAME_TAKEN", `${path} exists already.`, {
		place: path,
		remedy: "Choose another name, or say that it shall be replaced (--overwrite).",
	});
}

function cannotWrite(error: unknown, path: string): unknown {
	const code = codeOf(error);
	if (code === "ENOSPC" || code === "EDQUOT") {
		return new HomerangeError("DISK_FULL", `The disk became full while ${path} was written.`, {
			place: path,
			remedy: "Free disk space there, or choose another place.",
		});
	}
	if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
		return new HomerangeError("FORBIDDEN", `${path} may not be written.`, {
			place: path,
			remedy: "Choose a place that is yours.",
		});
	}
	return error;
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && "code" in error ? error.code : null;
}
