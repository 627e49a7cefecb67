import { Duplex, Readable } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";
import { FrameDemuxer } from "./frames.ts";
import { PidLine } from "./pid-line.ts";

const buffered = 256 * 1024;

/** stderr of an exec. Who opens an exec reads it or calls `resume()`: unread, it holds stdout back too. */
class StderrStream extends Readable {
	readonly #resume: () => void;
	constructor(resume: () => void) {
		super({ highWaterMark: buffered });
		this.#resume = resume;
	}
	override _read(): void {
		this.#resume();
	}
}

export interface ExecDuplexOptions {
	/** False with a terminal: its stream is raw and has no stderr. */
	multiplexed: boolean;
	/** The first line says the process id (see pid-line.ts); it is taken out of the stream. */
	announcesPid: boolean;
}

/**
 * The hijacked connection of an exec as a Duplex: writes go to stdin, reads come from stdout. `end()` closes
 * stdin and leaves stdout open. When the process ends, stdout ends after its last byte.
 */
export class ExecDuplex extends Duplex {
	readonly stderr: Readable;
	/** Settles when the process runs (it said its id or wrote something) or is over. Never rejects. */
	readonly started: Promise<void>;
	/** Settles when the process has said its id, or never will. Never rejects. */
	readonly pidKnown: Promise<void>;
	/** Settles when the connection is over, read or not. Never rejects. */
	readonly over: Promise<void>;
	readonly #socket: Duplex;
	readonly #demuxer: FrameDemuxer | null;
	readonly #stderr: StderrStream;
	readonly #pidLine: PidLine | null;
	#markStarted: () => void;
	#markPidKnown: () => void;
	#markOver: () => void;
	#stdoutFull = false;
	#stderrFull = false;
	#ended = false;

	constructor(socket: Duplex, options: ExecDuplexOptions) {
		super({ readableHighWaterMark: buffered, writableHighWaterMark: buffered, allowHalfOpen: true });
		this.#socket = socket;
		({ promise: this.started, resolve: this.#markStarted } = Promise.withResolvers<void>());
		({ promise: this.pidKnown, resolve: this.#markPidKnown } = Promise.withResolvers<void>());
		({ promise: this.over, resolve: this.#markOver } = Promise.withResolvers<void>());
		this.#stderr = new StderrStream(() => {
			this.#stderrFull = false;
			this.#flow();
		});
		this.stderr = this.#stderr;
		this.#demuxer = options.multiplexed ? new FrameDemuxer((type, bytes) => this.#take(type, bytes)) : null;
		this.#pidLine = options.announcesPid ? new PidLine() : null;
		socket.on("data", (chunk: Buffer) => this.#receive(chunk));
		socket.once("end", () => this.#finish());
		socket.once("error", (error: Error) => {
			// The process ended before it had read all of its stdin: that is an end, not a failure.
			if (isPeerGone(error)) this.#finish();
			else this.destroy(error);
		});
		socket.once("close", () => {
			if (!this.#ended) this.destroy(broken("The connection to a process in a container broke."));
		});
	}

	/** The process' id in the container's pid namespace, once it is known. */
	get pid(): number | null {
		return this.#pidLine?.pid ?? null;
	}

	/** True when the process ended or the connection is gone, read or not. */
	get isOver(): boolean {
		return this.#ended || this.destroyed;
	}

	#receive(chunk: Buffer): void {
		if (this.destroyed) return;
		try {
			if (this.#demuxer === null) this.#take("stdout", chunk);
			else this.#demuxer.push(chunk);
		} catch (error) {
			this.destroy(error instanceof Error ? error : new Error(String(error)));
			return;
		}
		if (this.#stdoutFull || this.#stderrFull) this.#socket.pause();
	}

	#take(type: "stdout" | "stderr", input: Buffer): void {
		let bytes = input;
		// The line comes on stderr, or with a terminal on the only stream. stdout may overtake it.
		if (this.#pidLine !== null && !this.#pidLine.isDone && (type === "stderr" || this.#demuxer === null)) {
			bytes = this.#pidLine.push(bytes);
			if (!this.#pidLine.isDone) return;
			this.#markPidKnown();
		}
		this.#markStarted();
		if (bytes.length === 0) return;
		if (type === "stdout") this.#stdoutFull = !this.push(bytes);
		else if (!this.#stderr.destroyed) this.#stderrFull = !this.#stderr.push(bytes);
	}

	#flow(): void {
		if (!this.#stdoutFull && !this.#stderrFull && !this.destroyed) this.#socket.resume();
	}

	#finish(): void {
		if (this.#ended || this.destroyed) return;
		this.#ended = true;
		if (this.#demuxer?.isComplete === false) {
			this.destroy(broken("The output of a process in a container was cut off."));
			return;
		}
		const rest = this.#pidLine?.flush();
		if (rest !== undefined && rest.length > 0) (this.#demuxer === null ? this : this.#stderr).push(rest);
		this.#stderr.push(null);
		this.push(null);
		// The process is gone and so is its stdin: without this a Duplex nobody ends would stay half open for ever.
		if (!this.writableEnded) this.end();
		this.#markStarted();
		this.#markPidKnown();
		this.#markOver();
	}

	override _read(): void {
		this.#stdoutFull = false;
		this.#flow();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		this.#send(chunk, callback);
	}

	override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
		// One system call for all of them, without copying.
		this.#socket.cork();
		chunks.forEach(({ chunk }, index) => {
			this.#send(chunk, index === chunks.length - 1 ? callback : undefined);
		});
		this.#socket.uncork();
	}

	#send(bytes: Buffer, callback?: (error?: Error | null) => void): void {
		// After the end of the process its stdin takes everything and forgets it.
		if (this.#ended) callback?.();
		else this.#socket.write(bytes, (error) => callback?.(error && isPeerGone(error) ? null : error));
	}

	override _final(callback: (error?: Error | null) => void): void {
		this.#socket.end();
		callback();
	}

	override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
		this.#socket.destroy();
		this.#stderr.destroy();
		this.#markStarted();
		this.#markPidKnown();
		this.#markOver();
		callback(error);
	}
}

function isPeerGone(error: Error): boolean {
	return "code" in error && (error.code === "EPIPE" || error.code === "ECONNRESET");
}

function broken(message: string): HomerangeError {
	return new HomerangeError("ENGINE_UNREACHABLE", message, {
		remedy: "Look whether the container still runs and the Docker Engine still answers, then try again.",
	});
}
