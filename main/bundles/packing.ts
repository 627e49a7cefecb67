import { createHash, type Hash } from "node:crypto";
import { PassThrough, type Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createZstdCompress, createZstdDecompress } from "node:zlib";

/** Large pieces: each is one write to the disk, or one step of the decompressor. */
const chunkSize = 256 * 1024;

/** Counts what flows through, and fails beyond the limit with the error that is given. */
export class Bound extends Transform {
	readonly #limit: number;
	readonly #beyond: () => Error;
	bytes = 0;

	constructor(limit = Number.POSITIVE_INFINITY, beyond: () => Error = () => new RangeError("more than expected")) {
		super({ highWaterMark: chunkSize });
		this.#limit = limit;
		this.#beyond = beyond;
	}

	override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
		this.bytes += chunk.length;
		if (this.bytes > this.#limit) done(this.#beyond());
		else done(null, chunk);
	}
}

/** Takes the SHA-256 of it too. */
export class Meter extends Bound {
	readonly #hash: Hash = createHash("sha256");

	override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
		this.#hash.update(chunk);
		super._transform(chunk, encoding, done);
	}

	digest(): string {
		return `sha256:${this.#hash.digest("hex")}`;
	}
}

/** Engines with a containerd store give layers as their registry had them. */
export function unpacker(start: Buffer): Transform {
	if (start[0] === 0x1f && start[1] === 0x8b) return createGunzip({ chunkSize });
	if (start.length >= 4 && start.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress({ chunkSize });
	return new PassThrough({ highWaterMark: chunkSize });
}

export interface Unpacked {
	readonly diffId: string;
	readonly bytes: number;
}

/** Compresses a layer, whatever it is packed as, into `write`; gives what the layer is unpacked. */
export async function repack(
	layer: Readable,
	start: Buffer,
	write: (packed: AsyncIterable<Buffer>) => Promise<void>,
	signal: AbortSignal,
): Promise<Unpacked> {
	const meter = new Meter();
	const compress = createZstdCompress({ chunkSize, params: { [constants.ZSTD_c_checksumFlag]: 1 } });
	await pipeline(layer, unpacker(start), meter, compress, write, { signal });
	return { diffId: meter.digest(), bytes: meter.bytes };
}

/** A layer's blob as the tar that it was. */
export function unpackZstd(): Transform {
	return createZstdDecompress({ chunkSize });
}

/** Reads a stream to its end and keeps nothing. */
export async function discard(stream: AsyncIterable<unknown>): Promise<void> {
	for await (const _ of stream);
}
