import { Duplex } from "node:stream";
import type { StreamSink } from "../session/stream-table.ts";

/** Which sides a stream has: a console both, an upload only the writable one. */
export interface StreamShape {
	readable: boolean;
	writable: boolean;
	/** Called for the bytes that came, with how many they are by now. */
	onProgress?: ((bytes: number) => void) | undefined;
}

interface StreamControl {
	write(chunks: readonly Uint8Array[], flushed: () => void): void;
	finish(): boolean;
	abort(): void;
	pause(): void;
	resume(): void;
}

const bufferSize = 1024 * 1024;

/**
 * A stream of libvirt as a Node stream. It ends only when the daemon has confirmed the end, because that is where libvirt
 * tells that a disk was full. `destroy()` aborts it.
 */
export class RpcStream extends Duplex {
	readonly #control: StreamControl;
	readonly #shape: StreamShape;
	#received = 0;
	#isOver = false;
	#finished: ((error?: Error | null) => void) | null = null;

	constructor(shape: StreamShape, control: StreamControl) {
		const sides = { readable: shape.readable, writable: shape.writable };
		super({ ...sides, allowHalfOpen: false, readableHighWaterMark: bufferSize, writableHighWaterMark: bufferSize });
		this.#control = control;
		this.#shape = shape;
	}

	readonly sink: StreamSink = {
		data: (bytes) => {
			if (!this.#shape.readable) return;
			this.#received += bytes.length;
			this.#shape.onProgress?.(this.#received);
			if (!this.push(bytes)) this.#control.pause();
		},
		end: () => undefined,
		finished: () => this.#over(),
		failed: (error) => {
			this.#isOver = true;
			// It may come in the same bytes as the answer that opens the stream: whoever waits for that listens first.
			setImmediate(() => this.destroy(error));
		},
	};

	override _read(): void {
		this.#control.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		this.#control.write([chunk], () => callback());
	}

	override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
		this.#control.write(
			chunks.map(({ chunk }) => chunk),
			() => callback(),
		);
	}

	override _final(callback: (error?: Error | null) => void): void {
		if (this.#isOver) {
			callback();
			return;
		}
		this.#finished = callback;
		// The answer must get through even when the bytes before it are not wanted.
		this.#control.finish();
		this.#control.resume();
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		if (!this.#isOver) this.#control.abort();
		this.#control.resume();
		callback(error);
	}

	#over(): void {
		this.#isOver = true;
		if (this.#shape.readable) this.push(null);
		const finished = this.#finished;
		this.#finished = null;
		if (finished) finished();
		// The daemon ended it by itself: what would still be written goes nowhere.
		else if (this.writable && !this.writableEnded) this.end();
	}
}
