import type { ChannelFrame } from "../../contract/consoles.ts";
import type { Channel } from "../consoles/index.ts";

type Closed = Extract<ChannelFrame, { type: "closed" }>;

/** A client of a channel that reads, acknowledges and can wait for what it wants to see. */
export class ChannelClient {
	readonly channel: Channel;
	readonly closed: Promise<Closed>;
	session: string | null = null;
	stdout = "";
	stderr = "";
	/** Bytes that came, also those that were not kept. */
	received = 0;
	#isPaused = false;
	#unacknowledged = 0;
	#wake: () => void = () => undefined;

	constructor(channel: Channel, keep = true) {
		this.channel = channel;
		const { promise, resolve } = Promise.withResolvers<Closed>();
		this.closed = promise;
		channel.onFrame((frame) => {
			if (frame.type === "opened") this.session = frame.session;
			if (frame.type === "closed") resolve(frame);
			if (frame.type === "stdout" || frame.type === "stderr") {
				this.received += frame.bytes.length;
				if (keep) this[frame.type] += Buffer.from(frame.bytes).toString();
				this.#unacknowledged += frame.bytes.length;
				if (!this.#isPaused) this.#acknowledge();
			}
			this.#wake();
		});
	}

	/** Stops acknowledging, as a client that is stuck. */
	pause(): void {
		this.#isPaused = true;
	}

	resume(): void {
		this.#isPaused = false;
		this.#acknowledge();
	}

	type(text: string): void | Promise<void> {
		return this.channel.send({ type: "stdin", bytes: Buffer.from(text) });
	}

	/** Resolves once the output matches; rejects when the channel closes before. */
	async sees(matches: RegExp | ((client: ChannelClient) => boolean), limitMs = 20_000): Promise<void> {
		const isThere = () => (matches instanceof RegExp ? matches.test(this.stdout) : matches(this));
		let failure: string | null = null;
		const fail = (reason: string) => {
			failure = reason;
			this.#wake();
		};
		void this.closed.then((frame) => fail(`closed (${JSON.stringify(frame)})`));
		const timer = setTimeout(() => fail(`${limitMs} ms passed`), limitMs);
		while (!isThere() && failure === null) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		clearTimeout(timer);
		if (!isThere())
			throw new Error(`${failure} before ${matches} was seen in ${JSON.stringify(this.stdout.slice(-500))}`);
	}

	#acknowledge(): void {
		const bytes = this.#unacknowledged;
		this.#unacknowledged = 0;
		// Not inside the frame's own delivery: a real client's answer comes later too.
		if (bytes > 0) setImmediate(() => this.channel.send({ type: "ack", bytes }));
	}
}
