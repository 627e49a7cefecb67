import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { LibvirtConnectionError } from "../errors.ts";
import type { Connector } from "./connector.ts";

/** How much of what a relay says on stderr is kept, for the message when it fails. */
const complaintLimit = 2000;

/** A program whose stdin and stdout are the daemon's bytes. It is started from an argument vector, never through a shell. */
export function relayConnector(label: string, command: string, args: readonly string[]): Connector {
	return {
		label,
		connect: (signal) =>
			new Promise((resolve, reject) => {
				signal?.throwIfAborted();
				const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
				const aborted = (): void => {
					child.kill();
					reject(signal?.reason);
				};
				signal?.addEventListener("abort", aborted, { once: true });
				child.once("error", (cause) => {
					signal?.removeEventListener("abort", aborted);
					reject(
						new LibvirtConnectionError(
							"missing",
							`${command} cannot be started (${cause.message}).`,
							`Install ${command}, or reach libvirt over its socket.`,
							{ cause },
						),
					);
				});
				child.once("spawn", () => {
					signal?.removeEventListener("abort", aborted);
					resolve(new RelayDuplex(label, child));
				});
			}),
	};
}

/** The two pipes of a relay as one stream. When the relay ends by itself, what it said on stderr is the reason. */
class RelayDuplex extends Duplex {
	readonly #child: ChildProcessWithoutNullStreams;
	#complaint = "";

	constructor(label: string, child: ChildProcessWithoutNullStreams) {
		super({ allowHalfOpen: false });
		this.#child = child;
		child.stdout.on("data", (bytes: Buffer) => {
			if (!this.push(bytes)) child.stdout.pause();
		});
		child.stderr.setEncoding("utf8");
		child.stderr.on("data", (text: string) => {
			if (this.#complaint.length < complaintLimit) this.#complaint += text.slice(0, complaintLimit);
		});
		// Told to whoever writes, see _write.
		child.stdin.on("error", () => undefined);
		child.once("close", (code, signal) => {
			if (this.destroyed) return;
			const why = this.#complaint.trim() || (signal ? `ended by ${signal}` : `exit status ${code}`);
			this.destroy(new Error(`The relay to ${label} ended: ${why}`));
		});
	}

	override _read(): void {
		this.#child.stdout.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		// A broken pipe says less than the relay's end, which follows it and ends this stream.
		this.#child.stdin.write(chunk, (error) => {
			if (!error) callback();
		});
	}

	override _final(callback: (error?: Error | null) => void): void {
		this.#child.stdin.end(() => callback());
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		this.#child.stdin.destroy();
		this.#child.stdout.destroy();
		this.#child.kill();
		callback(error);
	}
}
