import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ChannelFrame } from "../../../contract/consoles.ts";
import { type ErrorInfo, toErrorInfo } from "../../../contract/errors.ts";
import type { Channel } from "../../consoles/channel.ts";
import { Outbox } from "../../consoles/outbox.ts";
import { Scrollback } from "../../consoles/scrollback.ts";
import { lastLines } from "./last-lines.ts";
import { pace } from "./pace.ts";

/** Without a client nobody slows a flood down: then at most so many bytes are taken in so much time. */
const detachedBytes = 512 * 1024;
const detachedPauseMs = 100;

export interface SerialLineOptions {
	/** "VM web", for messages. */
	readonly title: string;
	/** Rows of scroll-back. */
	readonly rows: number;
	/** Lets the other end of the line see a break. */
	sendBreak(): Promise<void>;
	/** Why the line ended, when the hypervisor ended it: the VM stopped, or another program took the line. */
	reasonOfEnd(error: Error | null): Promise<ErrorInfo | null>;
}

/**
 * The serial line of a running VM. The engine listens from before the guest's first byte until it stops, whether a
 * client looks or not; clients come and go, several at once, and each is shown first what came before.
 */
export class SerialLine {
	/** Settles when the line is over. Never rejects. */
	readonly over: Promise<void>;
	readonly #stream: Duplex;
	readonly #options: SerialLineOptions;
	readonly #scrollback: Scrollback;
	readonly #clients = new Set<Outbox>();
	#input: Promise<void> = Promise.resolve();
	#taken = 0;
	#isOver = false;
	#ending: ErrorInfo | null = null;

	constructor(stream: Duplex, options: SerialLineOptions, before: Buffer = Buffer.alloc(0)) {
		this.#stream = stream;
		this.#options = options;
		this.#scrollback = new Scrollback(options.rows);
		this.#scrollback.push(before);
		stream.on("data", (bytes: Buffer) => this.#take(bytes));
		this.over = this.#finish();
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** What it wrote, as far as it is kept. */
	history(): Buffer {
		return this.#scrollback.replay();
	}

	/** `tail`: begin with so many of the last lines, and not with everything that is kept. */
	attach(tail?: number): Channel {
		const outbox = new Outbox(() => this.#resumeIfRoom());
		outbox.announce({ type: "opened", session: null });
		const before = this.#scrollback.replay();
		outbox.push("stdout", tail === undefined ? before : Buffer.from(lastLines(before, tail).text, "utf8"));
		this.#clients.add(outbox);
		void outbox.closed.then(() => {
			this.#clients.delete(outbox);
			this.#resumeIfRoom();
		});
		return {
			onFrame: (listener) => outbox.connect(listener),
			send: (frame) => this.#receive(outbox, frame),
			close: () => outbox.drop(),
			end: (reason) => outbox.finish({ type: "closed", exitCode: null, error: reason }),
			closed: outbox.closed,
		};
	}

	/** Lets go of the line. Who looks at it is told why. */
	end(reason: ErrorInfo | null): void {
		this.#ending ??= reason;
		this.#stream.destroy();
	}

	#receive(outbox: Outbox, frame: ChannelFrame): void | Promise<void> {
		if (frame.type === "ack") outbox.acknowledge(frame.bytes);
		else if (frame.type === "stdin") return this.#write(frame.bytes);
		else if (frame.type === "break") return this.#options.sendBreak();
		else if (frame.type === "stdinEnd") outbox.drop();
	}

	/** In order, and no faster than a guest's line takes it, whoever types. */
	#write(bytes: Uint8Array): Promise<void> {
		this.#input = this.#input.then(() => pace(this.#stream, bytes));
		return this.#input;
	}

	#take(bytes: Buffer): void {
		this.#scrollback.push(bytes);
		if (this.#clients.size > 0) {
			for (const client of this.#clients) client.push("stdout", bytes);
			if (this.#isHeldBack()) this.#stream.pause();
			return;
		}
		this.#taken += bytes.length;
		if (this.#taken < detachedBytes) return;
		this.#taken = 0;
		this.#stream.pause();
		void delay(detachedPauseMs, undefined, { ref: false }).then(() => this.#resumeIfRoom());
	}

	#isHeldBack(): boolean {
		return [...this.#clients].some((client) => client.isFull);
	}

	#resumeIfRoom(): void {
		if (!this.#isOver && !this.#isHeldBack()) this.#stream.resume();
	}

	async #finish(): Promise<void> {
		let failure: Error | null = null;
		await new Promise<void>((resolve) => {
			this.#stream.once("error", (error) => {
				failure = error;
				resolve();
			});
			this.#stream.once("end", resolve).once("close", resolve);
		});
		this.#isOver = true;
		const error = this.#ending ?? (await this.#options.reasonOfEnd(failure).catch(toErrorInfo));
		for (const client of this.#clients) client.finish({ type: "closed", exitCode: null, error });
		this.#stream.destroy();
	}
}
