import { HomerangeError } from "../../../contract/errors.ts";
import type { ClientChannel } from "../../rpc/channel-client.ts";
import { enterRawMode, terminalSize } from "./raw-terminal.ts";
import { plainLines } from "./text.ts";

export interface Attachment {
	/** The machine's side is a terminal: this one becomes raw, and its size is passed on. */
	terminal: boolean;
	/** Ctrl-] leaves the shell alive. */
	detachable: boolean;
	/** Read stdin; default true. */
	input?: boolean;
	/** Output that is no program's own talk with the terminal loses its control characters on one. */
	untrusted?: boolean;
}

export interface Ending {
	exitCode: number | null;
	/** The session to attach to again; null when the channel ended. */
	detachedFrom: string | null;
}

const detachKey = 0x1d;

/** Joins this process's streams with a channel until one side ends. */
export async function attach(channel: ClientChannel, options: Attachment): Promise<Ending> {
	const restore = options.terminal ? enterRawMode() : () => undefined;
	const sendSize = () => void channel.send({ type: "resize", ...terminalSize() });
	if (options.terminal) process.stdout.on("resize", sendSize);
	let session: string | null = null;
	let detached = false;
	const stopInput =
		options.input === false
			? () => undefined
			: pumpInput(channel, options.detachable, () => {
					detached = true;
					channel.close();
				});
	try {
		for await (const frame of channel.frames()) {
			if (frame.type === "opened") session = frame.session;
			else if (frame.type === "stdout" || frame.type === "stderr") {
				await write(process[frame.type], frame.bytes, options.untrusted ?? false);
				await channel.send({ type: "ack", bytes: frame.bytes.length });
			} else if (frame.type === "closed") {
				if (frame.error !== null) throw HomerangeError.fromInfo(frame.error);
				return { exitCode: frame.exitCode, detachedFrom: null };
			}
		}
		return { exitCode: null, detachedFrom: null };
	} catch (error) {
		if (detached) return { exitCode: null, detachedFrom: session };
		throw error;
	} finally {
		stopInput();
		process.stdout.off("resize", sendSize);
		restore();
		channel.close();
	}
}

/** Sends stdin on, no faster than the channel takes it, until it ends or the detach key comes. */
function pumpInput(channel: ClientChannel, detachable: boolean, detach: () => void): () => void {
	const { stdin } = process;
	const onData = (chunk: Buffer) => {
		const key = detachable ? chunk.indexOf(detachKey) : -1;
		if (key >= 0) return detach();
		stdin.pause();
		void channel.send({ type: "stdin", bytes: chunk }).then(() => stdin.resume());
	};
	const onEnd = () => void channel.send({ type: "stdinEnd" });
	stdin.on("data", onData).once("end", onEnd);
	return () => {
		stdin.off("data", onData).off("end", onEnd).pause();
		// A pipe that nobody reads any more must not keep the process alive.
		stdin.unref?.();
	};
}

async function write(stream: NodeJS.WriteStream, bytes: Uint8Array, untrusted: boolean): Promise<void> {
	const shown = untrusted && stream.isTTY ? plainLines(Buffer.from(bytes).toString("utf8")) : bytes;
	if (stream.write(shown)) return;
	await new Promise<void>((resolve) => stream.once("drain", resolve));
}
