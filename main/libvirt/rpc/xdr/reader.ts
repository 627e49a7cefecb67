import { XdrError } from "./xdr-error.ts";

/** Reads XDR values off one packet. Nothing is read past the end, and no length is believed before it is compared with what is left. */
export class XdrReader {
	readonly #bytes: Buffer;
	#at: number;

	constructor(bytes: Buffer, offset = 0) {
		this.#bytes = bytes;
		this.#at = offset;
	}

	get left(): number {
		return this.#bytes.length - this.#at;
	}

	#take(size: number): number {
		if (size > this.left)
			throw new XdrError(`The message ends early: ${size} bytes are needed, ${this.left} are left.`);
		const at = this.#at;
		this.#at += size;
		return at;
	}

	int(): number {
		return this.#bytes.readInt32BE(this.#take(4));
	}

	uint(): number {
		return this.#bytes.readUInt32BE(this.#take(4));
	}

	hyper(): bigint {
		return this.#bytes.readBigInt64BE(this.#take(8));
	}

	uhyper(): bigint {
		return this.#bytes.readBigUInt64BE(this.#take(8));
	}

	double(): number {
		return this.#bytes.readDoubleBE(this.#take(8));
	}

	/** A number of items. `itemSize` is the least that one can take: a count that cannot fit is refused before anything is made for it. */
	count(limit: number, itemSize: number): number {
		const count = this.uint();
		if (count > limit) throw new XdrError(`A list of ${count} items, more than ${limit}.`);
		if (count * itemSize > this.left)
			throw new XdrError(`A list of ${count} items does not fit into ${this.left} bytes.`);
		return count;
	}

	/** `size` bytes and what fills them up to a multiple of four. A view, not a copy. */
	fixed(size: number): Buffer {
		const at = this.#take((size + 3) & ~3);
		return this.#bytes.subarray(at, at + size);
	}

	/** Bytes with their length in front. A view, not a copy. */
	opaque(limit: number): Buffer {
		return this.fixed(this.count(limit, 1));
	}

	string(limit: number): string {
		const length = this.count(limit, 1);
		const at = this.#take((length + 3) & ~3);
		const text = this.#bytes.toString("utf8", at, at + length);
		if (text.includes("\0")) throw new XdrError("A string holds a zero byte.");
		return text;
	}

	/** A message must be understood to its last byte. */
	end(): void {
		if (this.left > 0) throw new XdrError(`${this.left} bytes are left over at the end of the message.`);
	}
}
