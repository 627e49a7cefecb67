const fileHeader = 24;
const recordHeader = 16;
/** No record of a capture with our snap length is longer. */
const recordLimit = 1024 * 1024;

/** Counts the packets of a pcap stream as it passes by, cut anywhere. Keeps nothing of them. */
export class PcapCounter {
	packets = 0;
	bytes = 0;
	/** False once what came is no pcap stream: then only the bytes are counted. */
	isPcap = true;
	#isLittleEndian = true;
	/** Bytes until the next header. */
	#skip = 0;
	#header: Buffer = Buffer.alloc(0);
	#wanted = fileHeader;

	push(chunk: Uint8Array): void {
		this.bytes += chunk.length;
		let at = 0;
		while (this.isPcap && at < chunk.length) {
			const skipped = Math.min(this.#skip, chunk.length - at);
			this.#skip -= skipped;
			at += skipped;
			if (this.#skip > 0 || at === chunk.length) return;
			const part = chunk.subarray(at, at + this.#wanted - this.#header.length);
			this.#header = Buffer.concat([this.#header, part]);
			at += part.length;
			if (this.#header.length === this.#wanted) this.#takeHeader();
		}
	}

	#takeHeader(): void {
		const header = this.#header;
		this.#header = Buffer.alloc(0);
		if (this.#wanted === fileHeader) {
			this.#wanted = recordHeader;
			// Microseconds or nanoseconds, in either byte order.
			const magic = header.readUInt32LE(0);
			this.#isLittleEndian = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
			this.isPcap = this.#isLittleEndian || magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1;
			return;
		}
		const length = this.#isLittleEndian ? header.readUInt32LE(8) : header.readUInt32BE(8);
		this.isPcap = length <= recordLimit;
		this.#skip = length;
		if (this.isPcap) this.packets++;
	}
}
