import { createHash } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { archiveInvalid, quoted } from "./invalid.ts";

/** A file of an archive, unpacked under a name of ours. */
export interface StagedFile {
	readonly path: string;
	readonly sizeBytes: number;
	/** In hex. */
	readonly sha256: string;
	/** Its first bytes. */
	readonly head: Buffer;
}

const headBytes = 16;
const jsonLimit = 8 * 1024 * 1024;

/**
 * The files of an archive, by their names there, in a folder of ours: what an archive calls its entries never becomes
 * a path.
 */
export class Staged {
	readonly place: string;
	readonly #folder: string;
	readonly #files = new Map<string, StagedFile>();
	readonly #links = new Map<string, string>();

	constructor(place: string, folder: string) {
		this.place = place;
		this.#folder = folder;
	}

	/** Writes an entry's bytes and notes its checksum. */
	async add(name: string, bytes: AsyncIterable<unknown>): Promise<StagedFile> {
		if (this.#files.has(name) || this.#links.has(name)) {
			throw archiveInvalid(this.place, `it has two entries called ${quoted(name)}`);
		}
		const path = join(this.#folder, String(this.#files.size + 1));
		const hash = createHash("sha256");
		const head: Buffer = Buffer.alloc(headBytes);
		let sizeBytes = 0;
		await using file = await open(path, "wx", 0o600);
		for await (const chunk of bytes) {
			if (!(chunk instanceof Uint8Array)) throw new TypeError("an archive's entry gave something else than bytes");
			if (sizeBytes < headBytes) Buffer.from(chunk).copy(head, sizeBytes);
			hash.update(chunk);
			sizeBytes += chunk.length;
			for (let written = 0; written < chunk.length; ) {
				written += (await file.write(chunk, written)).bytesWritten;
			}
		}
		const staged = {
			path,
			sizeBytes,
			sha256: hash.digest("hex"),
			head: head.subarray(0, Math.min(sizeBytes, headBytes)),
		};
		this.#files.set(name, staged);
		return staged;
	}

	/** `target` is a name of the archive, which may come later. */
	link(name: string, target: string): void {
		if (this.#files.has(name) || this.#links.has(name)) {
			throw archiveInvalid(this.place, `it has two entries called ${quoted(name)}`);
		}
		this.#links.set(name, target);
	}

	names(): string[] {
		return [...this.#files.keys()];
	}

	/** The file of that name, by way of links of the archive; null when it has none. */
	find(name: string): StagedFile | null {
		let at = name;
		for (let hops = 0; hops < 8; hops++) {
			const file = this.#files.get(at);
			if (file !== undefined) return file;
			const target = this.#links.get(at);
			if (target === undefined) return null;
			at = target;
		}
		return null;
	}

	get(name: string): StagedFile {
		const file = this.find(name);
		if (file !== null) return file;
		throw archiveInvalid(this.place, `${quoted(name)}, which its manifest names, is missing`);
	}

	async json(name: string): Promise<unknown> {
		return await this.parse(this.get(name), name);
	}

	async parse(file: StagedFile, name: string): Promise<unknown> {
		if (file.sizeBytes > jsonLimit) throw archiveInvalid(this.place, `${quoted(name)} is too large to be a manifest`);
		try {
			return JSON.parse(await readFile(file.path, "utf8"));
		} catch {
			throw archiveInvalid(this.place, `${quoted(name)} is not JSON`);
		}
	}
}

export function readStaged(file: StagedFile, signal?: AbortSignal): ReadStream {
	return createReadStream(file.path, { highWaterMark: 256 * 1024, ...(signal ? { signal } : {}) });
}
