import { Duplex } from "node:stream";
import type { ExecStream } from "./exec.ts";

/** How long the process gets to end by itself after its stdin was closed. */
const graceMs = 2000;
const buffered = 256 * 1024;

/**
 * The process of an exec as a connection: it carries bytes to something else (an API socket, a machine's port).
 * `end()` closes our direction only. Destroying it ends the process too: its stdin is closed, and if that is not
 * enough, or at once when `isPatient` is false, it is killed.
 */
export class ProcessSocket extends Duplex {
	readonly #opening: Promise<ExecStream>;
	readonly #isPatient: boolean;
	#exec: ExecStream | null = null;

	/** Usable at once: what is written waits until the process runs. */
	constructor(opening: Promise<ExecStream>, isPatient: boolean) {
		super({ allowHalfOpen: true, readableHighWaterMark: buffered, writableHighWaterMark: buffered });
		this.#opening = opening;
		this.#isPatient = isPatient;
	}

	override _construct(callback: (error?: Error | null) => void): void {
		this.#opening.then((exec) => {
			this.#join(exec);
			callback();
		}, callback);
	}

	#join(exec: ExecStream): void {
		this.#exec = exec;
		const { stream } = exec;
		stream.on("data", (bytes: Buffer) => {
			this.touch();
			if (!this.destroyed && !this.push(bytes)) stream.pause();
		});
		stream.once("end", () => {
			if (!this.destroyed) this.push(null);
			if (!this.writableEnded) this.end();
		});
		stream.once("error", (error) => this.destroy(error));
		stream.once("close", () => {
			if (!stream.readableEnded) this.destroy();
		});
	}

	/** Called at every byte in either direction. */
	protected touch(): void {
		// Nothing to note here; a subclass that watches for idleness does.
	}

	override _read(): void {
		this.#exec?.stream.resume();
	}

	override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		this.touch();
		const stream = this.#exec?.stream;
		// Once the process or its peer has ended, nobody takes bytes any more.
		if (!stream || stream.writableEnded || stream.destroyed) callback();
		else stream.write(chunk, encoding, callback);
	}

	override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
		this.touch();
		const stream = this.#exec?.stream;
		if (!stream || stream.writableEnded || stream.destroyed) {
			callback();
			return;
		}
		// HTTP writes a chunk as three pieces: together they cost one turn instead of three.
		stream.cork();
		chunks.forEach(({ chunk }, index) => {
			stream.write(chunk, index === chunks.length - 1 ? callback : undefined);
		});
		stream.uncork();
	}

	override _final(callback: (error?: Error | null) => void): void {
		const stream = this.#exec?.stream;
		if (stream && !stream.writableEnded) stream.end();
		callback();
	}

	override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
		const exec = this.#exec;
		if (exec && !exec.stream.destroyed && !exec.stream.readableEnded) {
			if (this.#isPatient) endPatiently(exec);
			else exec.kill();
		}
		callback(error);
	}
}

function endPatiently(exec: ExecStream): void {
	const { stream } = exec;
	const timer = setTimeout(() => exec.kill(), graceMs);
	const ended = () => clearTimeout(timer);
	stream.once("end", ended);
	stream.once("close", ended);
	if (!stream.writableEnded) stream.end();
	stream.resume();
}
