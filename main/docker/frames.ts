import { HomerangeError } from "../../contract/errors.ts";

const headerSize = 8;

/**
 * Splits the engine's multiplexed stream (https://docs.docker.com/reference/api/engine/,
 * "Stream format"): frames of `type:u8 0 0 0 length:u32be payload`, type 1 stdout, 2 stderr.
 * Payloads are handed on as they come, as views of the input: nothing is copied
 * or collected, whatever length a hostile engine announces. A wrong header is an error; reading on
 * as raw bytes would show a protocol's bytes as a machine's output.
 */
export class FrameDemuxer {
	readonly #header = Buffer.alloc(headerSize);
	#headerFill = 0;
	#left = 0;
	#type = 0;
	readonly #emit: (type: "stdout" | "stderr", bytes: Buffer) => void;

	constructor(emit: (type: "stdout" | "stderr", bytes: Buffer) => void) {
		this.#emit = emit;
	}

	/** Throws ENGINE_REFUSED at a wrong header. */
	push(chunk: Buffer): void {
		let at = 0;
		while (at < chunk.length) {
			if (this.#left > 0) {
				const bytes = chunk.subarray(at, at + this.#left);
				at += bytes.length;
				this.#left -= bytes.length;
				this.#emit(this.#type === 2 ? "stderr" : "stdout", bytes);
				continue;
			}
			const taken = Math.min(headerSize - this.#headerFill, chunk.length - at);
			chunk.copy(this.#header, this.#headerFill, at, at + taken);
			this.#headerFill += taken;
			at += taken;
			if (this.#headerFill === headerSize) this.#readHeader();
		}
	}

	/** True when the stream may end here: between two frames. */
	get isComplete(): boolean {
		return this.#left === 0 && this.#headerFill === 0;
	}

	#readHeader(): void {
		const type = this.#header[0] ?? 0;
		if (type > 2 || this.#header[1] !== 0 || this.#header[2] !== 0 || this.#header[3] !== 0) {
			throw new HomerangeError("ENGINE_REFUSED", "The Docker Engine sent a stream with a wrong frame header.", {
				detail: this.#header.toString("hex"),
			});
		}
		this.#type = type;
		this.#left = this.#header.readUInt32BE(4);
		this.#headerFill = 0;
	}
}
