import { type ChannelFrame, channelFrameLimit, channelWindow } from "../../contract/consoles.ts";

/**
 * The way from a machine to one client, bounded by the client's acknowledgements: never more than `channelWindow`
 * bytes are on the way. What does not fit waits here; whoever pushes watches `isFull` and stops reading its
 * source, so that not more than one chunk waits.
 */
export class Outbox {
	readonly #waiting: { type: "stdout" | "stderr"; bytes: Uint8Array }[] = [];
	readonly #onDrain: () => void;
	#emit: ((frame: ChannelFrame) => void) | null = null;
	#early: ChannelFrame[] = [];
	#unacknowledged = 0;
	#last: ChannelFrame | null = null;
	#isClosed = false;
	readonly closed: Promise<void>;
	readonly #markClosed: () => void;

	/** `onDrain` is called when `isFull` has become false. */
	constructor(onDrain: () => void) {
		this.#onDrain = onDrain;
		const { promise, resolve } = Promise.withResolvers<void>();
		this.closed = promise;
		this.#markClosed = resolve;
	}

	/** Begins to send. */
	connect(emit: (frame: ChannelFrame) => void): void {
		const wasFull = this.isFull;
		this.#emit = emit;
		const early = this.#early;
		this.#early = [];
		for (const frame of early) emit(frame);
		this.#flush();
		// What came before its listener filled it, and its source was told to wait.
		if (wasFull && !this.isFull && !this.isClosed) this.#onDrain();
	}

	get isFull(): boolean {
		return this.#waiting.length > 0 || this.#unacknowledged >= channelWindow;
	}

	get isClosed(): boolean {
		return this.#isClosed || this.#last !== null;
	}

	/** A frame without bytes. */
	announce(frame: ChannelFrame): void {
		if (this.#emit === null) this.#early.push(frame);
		else this.#emit(frame);
	}

	push(type: "stdout" | "stderr", bytes: Uint8Array): void {
		if (this.isClosed || bytes.length === 0) return;
		this.#waiting.push({ type, bytes });
		this.#flush();
	}

	acknowledge(bytes: number): void {
		if (!Number.isSafeInteger(bytes) || bytes <= 0) return;
		const wasFull = this.isFull;
		this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
		this.#flush();
		if (wasFull && !this.isFull && !this.isClosed) this.#onDrain();
	}

	/** Sends the last frame once everything before it is on its way. */
	finish(frame: ChannelFrame & { type: "closed" }): void {
		if (this.isClosed) return;
		this.#last = frame;
		this.#flush();
	}

	/** The client is gone: nothing more is sent. */
	drop(): void {
		this.#waiting.length = 0;
		this.#isClosed = true;
		this.#markClosed();
	}

	#flush(): void {
		if (this.#emit === null || this.#isClosed) return;
		for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
			const room = Math.min(channelWindow - this.#unacknowledged, channelFrameLimit);
			if (room <= 0) return;
			const bytes = next.bytes.subarray(0, room);
			this.#unacknowledged += bytes.length;
			if (bytes.length === next.bytes.length) this.#waiting.shift();
			else next.bytes = next.bytes.subarray(bytes.length);
			this.#emit({ type: next.type, bytes });
		}
		if (this.#last === null) return;
		this.#isClosed = true;
		this.#emit(this.#last);
		this.#markClosed();
	}
}
