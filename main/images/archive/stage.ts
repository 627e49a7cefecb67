import { constants, createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type ExtractEvents, extract } from "tar-stream";
import { HomerangeError } from "../../../contract/errors.ts";
import { Budget, compressionOf, decompressed } from "./decompress.ts";
import { linkTarget, nameProblem, normalName } from "./entry-name.ts";
import { type ArchiveLimits, archiveInvalid, archiveLimits, quoted } from "./invalid.ts";
import { Staged } from "./staged.ts";

export interface StageOptions {
	/** An empty folder of ours; whoever made it removes it. */
	readonly folder: string;
	readonly limits?: ArchiveLimits;
	readonly signal?: AbortSignal;
	/** Bytes read of the source. */
	readonly onProgress?: (done: number) => void;
}

/**
 * Unpacks a tar archive, plain or packed by gzip or zstd, refusing it at its first wrong entry: one that leads out of
 * its place, a link out, a device, too many, too much. Errors: `INPUT_INVALID`.
 */
export async function stageArchive(file: string, options: StageOptions): Promise<Staged> {
	const { folder, limits = archiveLimits, signal, onProgress } = options;
	signal?.throwIfAborted();
	const staged = new Staged(file, folder);
	const source = createReadStream(file, { highWaterMark: 256 * 1024 });
	const tar = extract();
	const budget = new Budget(limits, file);
	const bytes = decompressed(source, compressionOf(await firstBytes(file)), budget, onProgress);
	const onAbort = () => bytes.destroy(abortReason(signal));
	signal?.addEventListener("abort", onAbort, { once: true });
	const feeding = feed(bytes, tar);
	// It can fail while an entry is being written: that entry's reader is told, and this is looked at afterwards.
	feeding.catch(() => undefined);
	let entries = 0;
	try {
		for await (const entry of tar) {
			if (++entries > limits.entries) throw archiveInvalid(file, `it has more than ${limits.entries} entries`);
			await stageEntry(staged, entry);
		}
		await feeding;
	} catch (error) {
		bytes.destroy();
		await feeding.catch(() => undefined);
		throw asRefusal(error, file, signal);
	} finally {
		signal?.removeEventListener("abort", onAbort);
	}
	return staged;
}

/** Copies an OCI layout that lies in a folder. Only what a layout consists of is looked at, and no link is followed. */
export async function stageLayoutFolder(layout: string, options: StageOptions): Promise<Staged> {
	const { folder, limits = archiveLimits, signal, onProgress } = options;
	const staged = new Staged(layout, folder);
	const budget = new Budget(limits, layout);
	const blobs = join(layout, "blobs", "sha256");
	const names = ["oci-layout", "index.json"];
	try {
		for (const name of await readdir(blobs)) if (/^[0-9a-f]{64}$/.test(name)) names.push(`blobs/sha256/${name}`);
		if (names.length > limits.entries) throw archiveInvalid(layout, `it has more than ${limits.entries} entries`);
		let done = 0;
		for (const name of names) {
			signal?.throwIfAborted();
			await using handle = await open(join(layout, name), constants.O_RDONLY | constants.O_NOFOLLOW);
			if (!(await handle.stat()).isFile()) throw archiveInvalid(layout, `${quoted(name)} is not a file`);
			const source = handle.createReadStream({ highWaterMark: 256 * 1024, autoClose: false });
			const before = done;
			await staged.add(
				name,
				decompressed(source, "none", budget, (bytes) => {
					done = before + bytes;
					onProgress?.(done);
				}),
			);
		}
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") {
			throw archiveInvalid(layout, "it is a folder without the parts of an OCI layout (oci-layout, index.json, blobs)");
		}
		if (error instanceof Error && "code" in error && error.code === "ELOOP") {
			throw archiveInvalid(layout, "one of its files is a link");
		}
		throw asRefusal(error, layout, signal);
	}
	return staged;
}

async function stageEntry(staged: Staged, entry: ExtractEvents["entry"][1]) {
	const { name, type, linkname } = entry.header;
	const problem = nameProblem(name);
	if (problem !== null) throw archiveInvalid(staged.place, `${problem}: ${quoted(name)}`);
	switch (type) {
		case "file":
		case "contiguous-file":
			await staged.add(normalName(name), entry);
			return;
		case "directory":
			break;
		case "symlink":
		case "link": {
			const target = linkTarget(normalName(name), linkname ?? "", type);
			if (target === null)
				throw archiveInvalid(staged.place, `${quoted(name)} is a link that leads out of the archive`);
			staged.link(normalName(name), target);
			break;
		}
		default:
			throw archiveInvalid(staged.place, `${quoted(name)} is a device or another thing that no image archive holds`);
	}
	entry.resume();
}

/** streamx and node's streams do not share a pipeline: what flows between them is pushed by hand, at the taker's pace. */
async function feed(bytes: AsyncIterable<Buffer>, tar: ReturnType<typeof extract>): Promise<void> {
	try {
		for await (const chunk of bytes) {
			if (tar.write(chunk)) continue;
			await new Promise<void>((resolve) => {
				const go = () => {
					tar.off("drain", go);
					tar.off("close", go);
					resolve();
				};
				tar.once("drain", go);
				tar.once("close", go);
			});
			if (tar.destroyed) return;
		}
		tar.end(null);
	} catch (error) {
		tar.destroy(error instanceof Error ? error : new Error(String(error)));
		throw error;
	}
}

export async function firstBytes(file: string, length = 64): Promise<Buffer> {
	await using handle = await open(file, "r");
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
	return buffer.subarray(0, bytesRead);
}

/** What the readers of tar, gzip and zstd throw is about the archive; what the disk throws is not. */
function asRefusal(error: unknown, place: string, signal: AbortSignal | undefined): unknown {
	if (signal?.aborted) return abortReason(signal);
	if (error instanceof HomerangeError) return error;
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	if (code === "ENOSPC" || code === "EDQUOT") {
		return new HomerangeError("DISK_FULL", `The disk became full while ${place} was unpacked.`, {
			place,
			remedy: "Free disk space where the data folder is.",
		});
	}
	const isDisk = error instanceof Error && "syscall" in error;
	const reason = error instanceof Error ? error.message : String(error);
	return isDisk ? error : archiveInvalid(place, `it is damaged or incomplete (${reason})`);
}

function abortReason(signal: AbortSignal | undefined): Error {
	return signal?.reason instanceof Error ? signal.reason : new Error("aborted");
}
