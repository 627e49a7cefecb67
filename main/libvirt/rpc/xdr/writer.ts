import { XdrError } from "./xdr-error.ts";

const firstSize = 256;

/** Writes XDR values into a buffer that grows. */
export class XdrWriter {
	#bytes = Buffer.allocUnsafe(firstSize);
	#at = 0;

	#room(size: number): number {
		const at = this.#at;
		this.#at += size;
		if (this.#at > this.#bytes.length) {
			const larger = Buffer.allocUnsafe(Math.max(this.#at, this.#bytes.length * 2));
			this.#bytes.copy(larger, 0, 0, at);
			this.#bytes = larger;
		}
		return at;
	}

	int(value: number): void {
		if (value !== (value | 0)) throw new XdrError(`${value} is not a 32-bit integer.`);
		const at = this.#room(4);
		this.#bytes.writeInt32BE(value, at);
	}

	uint(value: number): void {
		if (value !== value >>> 0) throw new XdrError(`${value} is not an unsigned 32-bit integer.`);
		const at = this.#room(4);
		this.#bytes.writeUInt32BE(value, at);
	}

	hyper(value: bigint): void {
		if (value !== BigInt.asIntN(64, value)) throw new XdrError(`${value} is not a 64-bit integer.`);
		const at = this.#room(8);
		this.#bytes.writeBigInt64BE(value, at);
	}

	uhyper(value: bigint): void {
		if (value !== BigInt.asUintN(64, value)) throw new XdrError(`${value} is not an unsigned 64-bit integer.`);
		const at = this.#room(8);
		this.#bytes.writeBigUInt64BE(value, at);
	}

	double(value: number): void {
		const at = this.#room(8);
		this.#bytes.writeDoubleBE(value, at);
	}

	/** Bytes without a length, filled up with zeros to a multiple of four. */
	fixed(value: Uint8Array): void {
		const padded = (value.length + 3) & ~3;
		const at = this.#room(padded);
		this.#bytes.set(value, at);
		this.#bytes.fill(0, at + value.length, at + padded);
	}

	opaque(value: Uint8Array, limit: number): void {
		if (value.length > limit) throw new XdrError(`${value.length} bytes are more than ${limit}.`);
		this.uint(value.length);
		this.fixed(value);
	}

	/** UTF-8. A zero byte is refused: the daemon would take only what is before it. */
	string(value: string, limit: number): void {
		if (value.includes("\0")) throw new XdrError("A string must not hold a zero byte.");
		const length = Buffer.byteLength(value);
		if (length > limit) throw new XdrError(`A string of ${length} bytes is longer than ${limit}.`);
		this.uint(length);
		const padded = (length + 3) & ~3;
		const at = this.#room(padded);
		this.#bytes.write(value, at, "utf8");
		this.#bytes.fill(0, at + length, at + padded);
	}

	/** Everything that was written. The writer must not be used after it. */
	finish(): Buffer {
		return this.#bytes.subarray(0, this.#at);
	}
}
