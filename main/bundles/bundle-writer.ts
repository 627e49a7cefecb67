import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { names } from "./format.ts";
import { signatureBytes } from "./signing.ts";
import { blockBytes, endBytes, padding, tarHeader } from "./tar-header.ts";

export interface WrittenEntry {
	readonly name: string;
	readonly bytes: number;
	readonly sha256: string;
}

/** Bytes at the end of the file that no header names yet. */
export interface Unnamed {
	readonly bytes: number;
	readonly sha256: string;
}

/**
 * Writes a bundle in place. The table of contents comes first in the file and is known last, so room is left for it; a
 * layer is compressed straight into the file, and its header is written when its digest is known. Nothing is
 * staged: a bundle needs its own size of disk, no more.
 */
export class BundleWriter {
	readonly #file: FileHandle;
	readonly #manifestBytes: number;
	readonly #isSigned: boolean;
	readonly #entries = new Map<string, WrittenEntry>();
	/** Where the next header goes. */
	#end: number;

	private constructor(file: FileHandle, manifestBytes: number, isSigned: boolean) {
		this.#file = file;
		this.#manifestBytes = manifestBytes;
		this.#isSigned = isSigned;
		this.#end = spaceOf(manifestBytes) + (isSigned ? spaceOf(signatureBytes) : 0);
	}

	/** Makes the file, which must not exist, with room for a manifest of so many bytes. */
	static async create(path: string, manifestBytes: number, isSigned: boolean): Promise<BundleWriter> {
		return new BundleWriter(await open(path, "wx", 0o644), manifestBytes, isSigned);
	}

	get entries(): WrittenEntry[] {
		return [...this.#entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	/** Adds a document; one that is there already under this name is the same one. */
	async add(name: string, content: Buffer): Promise<void> {
		if (this.#entries.has(name)) return;
		await this.#write(content, this.#end + blockBytes);
		await this.name(name, { bytes: content.length, sha256: sha256(content) });
	}

	/** Writes a stream behind the last entry. It is part of the bundle once it has a name; else the next one takes its place. */
	async append(stream: AsyncIterable<Buffer>): Promise<Unnamed> {
		const hash = createHash("sha256");
		let bytes = 0;
		for await (const chunk of stream) {
			hash.update(chunk);
			await this.#write(chunk, this.#end + blockBytes + bytes);
			bytes += chunk.length;
		}
		return { bytes, sha256: hash.digest("hex") };
	}

	/** Makes what was written last an entry. */
	async name(name: string, { bytes, sha256: digest }: Unnamed): Promise<void> {
		await this.#write(tarHeader(name, bytes), this.#end);
		await this.#write(Buffer.alloc(padding(bytes)), this.#end + blockBytes + bytes);
		this.#end += spaceOf(bytes);
		this.#entries.set(name, { name, bytes, sha256: digest });
	}

	/** Writes the end and the beginning, and waits until the disk has it all. Gives the file's size. */
	async finish(manifest: Buffer, signature: Buffer | null): Promise<number> {
		if (manifest.length !== this.#manifestBytes || (signature !== null) !== this.#isSigned) {
			throw new RangeError("the beginning of the bundle does not fit the room that was left for it");
		}
		await this.#write(Buffer.alloc(endBytes), this.#end);
		await this.#file.truncate(this.#end + endBytes);
		await this.#write(entry(names.manifest, manifest), 0);
		if (signature !== null) await this.#write(entry(names.signature, signature), spaceOf(manifest.length));
		await this.#file.sync();
		return this.#end + endBytes;
	}

	async close(): Promise<void> {
		await this.#file.close();
	}

	async #write(bytes: Buffer, position: number): Promise<void> {
		for (let done = 0; done < bytes.length; ) {
			const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done);
			done += bytesWritten;
		}
	}
}

export function sha256(content: Buffer): string {
	return createHash("sha256").update(content).digest("hex");
}

const spaceOf = (bytes: number): number => blockBytes + bytes + padding(bytes);

function entry(name: string, content: Buffer): Buffer {
	return Buffer.concat([tarHeader(name, content.length), content, Buffer.alloc(padding(content.length))]);
}
