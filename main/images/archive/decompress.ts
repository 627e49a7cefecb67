import { pipeline, type Readable, Transform, type TransformCallback } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type ArchiveLimits, archiveInvalid } from "./invalid.ts";

export type Compression = "gzip" | "zstd" | "none";

const chunkSize = 256 * 1024;

export function compressionOf(head: Uint8Array): Compression {
	if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
	if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd";
	return "none";
}

/** Counts what several streams of one import unpack to, against its bounds. */
export class Budget {
	readonly #limits: ArchiveLimits;
	readonly #place: string;
	#bytes = 0;

	constructor(limits: ArchiveLimits, place: string) {
		this.#limits = limits;
		this.#place = place;
	}

	/** Errors: `INPUT_INVALID` beyond a bound. `packed` and `unpacked` are of one stream; `added` is what came now. */
	take(added: number, packed: number, unpacked: number): void {
		this.#bytes += added;
		const { bytes, ratio, ratioFrom } = this.#limits;
		if (this.#bytes > bytes) {
			throw archiveInvalid(this.#place, `it unpacks to more than the ${bytes} bytes that may be used here`);
		}
		if (unpacked > ratioFrom && unpacked > packed * ratio) {
			throw archiveInvalid(this.#place, `it unpacks to more than ${ratio} times its size, as only a bomb does`);
		}
	}
}

/** The unpacked bytes of a source, counted against the budget while they flow. Nothing is read ahead of its reader. */
export function decompressed(
	source: Readable,
	compression: Compression,
	budget: Budget,
	onPacked: (bytes: number) => void = () => undefined,
): Readable {
	let packed = 0;
	let unpacked = 0;
	const before = counter((bytes) => {
		packed += bytes;
		onPacked(packed);
	});
	const after = counter((bytes) => {
		unpacked += bytes;
		budget.take(bytes, packed, unpacked);
	});
	// Whoever reads gets the error of any part: pipeline hands it on by destroying the last one with it.
	const ended = () => undefined;
	if (compression === "gzip") return pipeline(source, before, createGunzip({ chunkSize }), after, ended);
	if (compression === "zstd") return pipeline(source, before, createZstdDecompress({ chunkSize }), after, ended);
	return pipeline(source, before, after, ended);
}

function counter(count: (bytes: number) => void): Transform {
	return new Transform({
		transform(chunk: Buffer, _encoding, done: TransformCallback) {
			try {
				count(chunk.length);
			} catch (error) {
				done(error instanceof Error ? error : new Error(String(error)));
				return;
			}
			done(null, chunk);
		},
	});
}
