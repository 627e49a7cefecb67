import { constants } from "node:fs";
import { lstat, open, readdir, readlink, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Pack, pack } from "tar-stream";
import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import { DockerIgnore } from "./dockerignore.ts";

export interface ContextLimits {
	readonly entries: number;
	readonly bytes: number;
}

export const contextLimits: ContextLimits = { entries: 100_000, bytes: 8 * 1024 ** 3 };

interface Entry {
	/** Relative to the folder, with slashes. */
	readonly name: string;
	readonly kind: "file" | "directory" | "symlink";
	readonly sizeBytes: number;
	readonly mode: number;
}

/** What a build sends: looked through in full before its first byte, so that what is refused is refused at once. */
export interface BuildContext {
	readonly folder: string;
	readonly dockerfile: string;
	readonly entries: readonly Entry[];
	readonly sizeBytes: number;
}

/** Errors: `INPUT_INVALID` without a folder, a Dockerfile in it, or within the bounds. */
export async function readContext(
	path: string,
	dockerfile: string,
	limits: ContextLimits = contextLimits,
): Promise<BuildContext> {
	const folder = await realpath(path).catch(() => {
		throw invalid(path, "it does not exist");
	});
	if (!(await lstat(folder)).isDirectory()) throw invalid(path, "it is not a folder");
	await refuseOddDockerfile(folder, path, dockerfile);
	const ignore = new DockerIgnore(await readIgnore(folder, dockerfile));
	const needed = new Set([dockerfile, ".dockerignore"]);
	const entries: Entry[] = [];
	let sizeBytes = 0;
	const waiting = [""];
	for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
		for (const child of (await readdir(join(folder, at))).sort()) {
			const name = at === "" ? child : `${at}/${child}`;
			const found = await lstat(join(folder, name));
			const isOut = !needed.has(name) && ignore.leavesOut(name);
			if (found.isDirectory()) {
				const isNeeded = [...needed].some((one) => one.startsWith(`${name}/`));
				if (!isOut || ignore.hasExceptions || isNeeded) waiting.push(name);
				if (!isOut) entries.push({ name, kind: "directory", sizeBytes: 0, mode: found.mode & 0o7777 });
			} else if (!isOut && found.isFile()) {
				entries.push({ name, kind: "file", sizeBytes: found.size, mode: found.mode & 0o7777 });
				sizeBytes += found.size;
			} else if (!isOut && found.isSymbolicLink()) {
				// Sent as the link that it is: only the builder follows it, and in its own root.
				entries.push({ name, kind: "symlink", sizeBytes: 0, mode: 0o777 });
			}
			if (entries.length > limits.entries) throw invalid(path, `it has more than ${limits.entries} files`);
			if (sizeBytes > limits.bytes) throw invalid(path, `it has more than ${formatBytes(limits.bytes)}`);
		}
	}
	return { folder, dockerfile, entries, sizeBytes };
}

/** The context as the engine takes it. A file that changes its size meanwhile ends it with an error. */
export function packContext({ folder, entries }: BuildContext, onProgress: (done: number) => void): Pack {
	const archive = pack();
	archive.on("error", () => undefined);
	let done = 0;
	const work = async () => {
		for (const entry of entries) {
			const { name, kind, mode } = entry;
			if (kind === "directory") archive.entry({ name: `${name}/`, type: "directory", mode });
			else if (kind === "symlink") {
				archive.entry({ name, type: "symlink", mode, linkname: await readlink(join(folder, name)) });
			} else {
				await packFile(archive, folder, entry, (bytes) => {
					done += bytes;
					onProgress(done);
				});
			}
			if (archive.destroyed) return;
		}
		archive.finalize();
	};
	work().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
	return archive;
}

async function packFile(archive: Pack, folder: string, entry: Entry, onBytes: (bytes: number) => void): Promise<void> {
	const { name, sizeBytes, mode } = entry;
	await using file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
	const { promise: written, resolve, reject } = Promise.withResolvers<void>();
	written.catch(() => undefined);
	const onClose = () => reject(new Error("The build went away."));
	archive.once("close", onClose);
	try {
		const sink = archive.entry({ name, size: sizeBytes, mode }, (error) => (error ? reject(error) : resolve()));
		// It goes down together with the archive, which tells why.
		sink.on("error", () => undefined);
		const buffer = Buffer.alloc(256 * 1024);
		for (let at = 0; at < sizeBytes; ) {
			const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, sizeBytes - at), at);
			if (bytesRead === 0) throw invalid(join(folder, name), "it became shorter while it was read");
			at += bytesRead;
			onBytes(bytesRead);
			const isTaken = sink.write(Buffer.from(buffer.subarray(0, bytesRead)));
			if (!isTaken) await Promise.race([new Promise<void>((go) => sink.once("drain", go)), written]);
		}
		sink.end(null);
		await written;
	} finally {
		archive.off("close", onClose);
	}
}

async function refuseOddDockerfile(folder: string, path: string, dockerfile: string): Promise<void> {
	const parts = dockerfile.split("/");
	if (dockerfile.startsWith("/") || parts.includes("..") || parts.includes("") || parts.includes(".")) {
		throw invalid(path, `the recipe "${dockerfile}" is not a path inside it`);
	}
	const file = await realpath(join(folder, dockerfile)).catch(() => {
		throw invalid(path, `it has no ${dockerfile}`);
	});
	const inside = relative(folder, file);
	if (inside.startsWith(`..${sep}`) || inside === "..")
		throw invalid(path, `its ${dockerfile} is a link that leads out of it`);
	if (!(await lstat(join(folder, dockerfile))).isFile()) throw invalid(path, `its ${dockerfile} is not a file`);
}

/** A recipe's own file first, as the Docker CLI does. */
async function readIgnore(folder: string, dockerfile: string): Promise<string> {
	for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
		try {
			await using file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
			if ((await file.stat()).size > 1024 * 1024) throw invalid(join(folder, name), "it is too large");
			return await file.readFile("utf8");
		} catch (error) {
			const code = error instanceof Error && "code" in error ? error.code : null;
			if (code !== "ENOENT" && code !== "ELOOP") throw error;
		}
	}
	return "";
}

function invalid(place: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `${place} cannot be built: ${why}.`, {
		place,
		remedy: "Give a folder with a Dockerfile and what it copies; leave out the rest with .dockerignore.",
	});
}
