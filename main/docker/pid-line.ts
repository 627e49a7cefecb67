/**
 * The Docker API can start a process in a container but not end it, and closing the connection does not end it
 * either. So a command that must be ended later is started by a shell that first says its own process id, on
 * stderr or on the terminal, and then becomes the command.
 */
const prefix = "homerange-pid:";
const longest = prefix.length + 16;

export function announcingPid(command: readonly string[]): string[] {
	return ["sh", "-c", `echo "${prefix}$$" >&2; exec "$@"`, "sh", ...command];
}

/** Takes that line out of the start of a stream. Anything else passes unchanged. */
export class PidLine {
	pid: number | null = null;
	isDone = false;
	#held: Buffer = Buffer.alloc(0);

	/** Gives the bytes that are not part of the line. */
	push(bytes: Buffer): Buffer {
		if (this.isDone) return bytes;
		const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
		const end = all.subarray(0, longest).indexOf("\n");
		if (end === -1 && all.length < longest) {
			this.#held = all;
			return Buffer.alloc(0);
		}
		this.isDone = true;
		this.#held = Buffer.alloc(0);
		const match = /^homerange-pid:([1-9][0-9]{0,9})\r?$/.exec(all.toString("latin1", 0, Math.max(end, 0)));
		if (match === null) return all;
		this.pid = Number(match[1]);
		return all.subarray(end + 1);
	}

	/** What was held back when the stream ends without a line. */
	flush(): Buffer {
		const rest = this.#held;
		this.#held = Buffer.alloc(0);
		this.isDone = true;
		return rest;
	}
}
