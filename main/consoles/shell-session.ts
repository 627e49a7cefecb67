import { setTimeout as delay } from "node:timers/promises";
import type { ChannelFrame } from "../../contract/consoles.ts";
import { type ErrorInfo, HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import type { Channel, ChannelTarget } from "./channel.ts";
import { reasonOfEnd } from "./ending.ts";
import { feedInput } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { Scrollback } from "./scrollback.ts";
import { serialCommand, shellCommand, shellEnvironment } from "./shell-command.ts";

/** Without a client nobody slows a flood down: then at most so many bytes are taken in so much time. */
const detachedBytes = 512 * 1024;
const detachedPauseMs = 100;

interface Size {
	columns: number;
	rows: number;
}

/** A shell with a terminal in a machine. It lives until it exits, is ended, or the machine stops; clients come and go. */
export class ShellSession {
	readonly id: string;
	readonly target: ChannelTarget;
	/** Settles when the shell is over. Never rejects. */
	readonly over: Promise<void>;
	readonly #exec: ExecStream;
	readonly #scrollback: Scrollback;
	#client: Outbox | null = null;
	#taken = 0;
	#isOver = false;
	/** Set when it is ended from here; its reason is null when its own client asked for it. */
	#ending: { reason: ErrorInfo | null } | null = null;

	private constructor(id: string, target: ChannelTarget, exec: ExecStream, scrollbackRows: number) {
		this.id = id;
		this.target = target;
		this.#exec = exec;
		this.#scrollback = new Scrollback(scrollbackRows);
		exec.stderr.resume();
		exec.stream.on("data", (bytes: Buffer) => this.#take(bytes));
		this.over = this.#finish();
	}

	static async start(id: string, target: ChannelTarget, size: Size, scrollbackRows: number): Promise<ShellSession> {
		const exec = await openExec(target.inner, target.containerId, {
			command: target.isGuest ? serialCommand : shellCommand,
			environment: shellEnvironment,
			terminal: size,
			killable: true,
		});
		if (await exec.isShellMissing()) {
			exec.kill();
			throw new HomerangeError("UNSUPPORTED", `The ${target.title} has no shell.`, {
				place: target.title,
				remedy: "Use an image that has /bin/sh, or look at the machine's log.",
			});
		}
		return new ShellSession(id, target, exec, scrollbackRows);
	}

	/** True from when it was ended, or ended by itself: it cannot be attached any more. */
	get isOver(): boolean {
		return this.#isOver || this.#ending !== null;
	}

	get isAttached(): boolean {
		return this.#client !== null;
	}

	/** Shows what was shown, then what comes. A client that was attached before is told and let go. */
	attach(size: Size): Channel {
		this.#client?.finish({ type: "closed", exitCode: null, error: takenOver(this.target) });
		const outbox = new Outbox(() => this.#exec.stream.resume());
		outbox.announce({ type: "opened", session: this.id });
		outbox.push("stdout", this.#scrollback.replay());
		this.#client = outbox;
		if (!outbox.isFull) this.#exec.stream.resume();
		void this.#resize(size);
		return {
			onFrame: (listener) => outbox.connect(listener),
			send: (frame) => this.#receive(outbox, frame),
			close: () => this.#detach(outbox),
			end: (reason) => this.end(reason),
			closed: outbox.closed,
		};
	}

	/** Ends the shell. The reason is what an attached client is told; null when that client asked for it. */
	end(reason: ErrorInfo | null): void {
		this.#ending ??= { reason };
		this.#exec.kill();
	}

	#receive(outbox: Outbox, frame: ChannelFrame): void | Promise<void> {
		if (frame.type === "ack") outbox.acknowledge(frame.bytes);
		if (this.#client !== outbox) return;
		if (frame.type === "stdin") return feedInput(this.#exec.stream, frame.bytes);
		if (frame.type === "stdinEnd") this.end(null);
		if (frame.type === "resize") return this.#resize(frame);
	}

	#detach(outbox: Outbox): void {
		outbox.drop();
		if (this.#client !== outbox) return;
		this.#client = null;
		this.#exec.stream.resume();
	}

	async #resize({ columns, rows }: Size): Promise<void> {
		try {
			await this.#exec.resize(columns, rows);
		} catch {
			// The shell is ending at this moment, which its end will tell.
		}
	}

	#take(bytes: Buffer): void {
		this.#scrollback.push(bytes);
		if (this.#client !== null) {
			this.#client.push("stdout", bytes);
			if (this.#client.isFull) this.#exec.stream.pause();
			return;
		}
		this.#taken += bytes.length;
		if (this.#taken < detachedBytes) return;
		this.#taken = 0;
		this.#exec.stream.pause();
		void delay(detachedPauseMs, undefined, { ref: false }).then(() => {
			if (!this.#client?.isFull) this.#exec.stream.resume();
		});
	}

	async #finish(): Promise<void> {
		const { stream } = this.#exec;
		await new Promise<void>((resolve) => {
			stream.once("end", resolve);
			stream.once("close", resolve);
		});
		try {
			const exitCode = this.#ending ? null : await this.#exec.exitCode();
			const error = this.#ending ? this.#ending.reason : await reasonOfEnd(this.target, exitCode);
			this.#isOver = true;
			this.#client?.finish({ type: "closed", exitCode: error === null ? exitCode : null, error });
		} catch (error) {
			this.#isOver = true;
			this.#client?.finish({ type: "closed", exitCode: null, error: toErrorInfo(error) });
		}
	}
}

function takenOver(target: ChannelTarget): ErrorInfo {
	return new HomerangeError("STATE_CONFLICT", `The console of the ${target.title} was opened somewhere else.`, {
		place: target.title,
		remedy: "Open it again to bring it back here.",
	}).toInfo();
}
