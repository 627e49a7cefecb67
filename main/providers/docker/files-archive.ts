import { pack } from "tar-stream";

export interface InjectedFile {
	/** Absolute path in the machine. */
	readonly path: string;
	readonly mode: number;
	readonly content: string | Uint8Array;
}

/**
 * A tar archive to be unpacked at the machine's root: the files, owned by root.
 * Folders are not in it on purpose: the engine makes the missing ones (root,
 * 0755), and an entry for one that exists would change its owner and mode.
 */
export async function packFiles(files: readonly InjectedFile[]): Promise<Buffer> {
	const archive = pack();
	for (const { path, mode, content } of files) {
		const body = typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content);
		const name = path.replace(/^\/+/, "");
		archive.entry({ name, mode: mode & 0o7777, uid: 0, gid: 0, mtime: new Date(0), type: "file" }, body);
	}
	archive.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of archive) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
