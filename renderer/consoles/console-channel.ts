import { type ChannelFrame, type ChannelRequest, channelFrameLimit } from "../../contract/consoles.ts";
import type { ErrorInfo } from "../../contract/errors.ts";

export interface ChannelEnd {
	exitCode: number | null;
	error: ErrorInfo | null;
	/** True when the engine went away without a word: the other end may still live. */
	isLost: boolean;
}

export interface ChannelListener {
	onOpened(session: string | null): void;
	/** Bytes of the machine. Call `ack` with their number once they are used, or the engine stops sending. */
	onBytes(bytes: Uint8Array): void;
	/** Comes once, last. */
	onEnd(end: ChannelEnd): void;
}

/** The part of a MessagePort that a channel needs. */
export interface ChannelPort {
	onmessage: ((event: MessageEvent<ChannelFrame>) => void) | null;
	addEventListener(type: "close", listener: () => void): void;
	postMessage(frame: ChannelFrame, transfer: Transferable[]): void;
	close(): void;
}

/** A console's byte channel over a MessagePort: the frames of contract/consoles.ts, as calls. */
export class ConsoleChannel {
	readonly #port: ChannelPort;
	#hasEnded = false;

	constructor(port: ChannelPort, listener: ChannelListener) {
		this.#port = port;
		const end = (how: ChannelEnd): void => {
			if (this.#hasEnded) return;
			this.#hasEnded = true;
			port.close();
			listener.onEnd(how);
		};
		port.onmessage = ({ data: frame }) => {
			if (this.#hasEnded) return;
			switch (frame.type) {
				case "opened":
					listener.onOpened(frame.session);
					break;
				case "stdout":
				case "stderr":
					listener.onBytes(frame.bytes);
					break;
				case "closed":
					end({ exitCode: frame.exitCode, error: frame.error, isLost: false });
					break;
			}
		};
		port.addEventListener("close", () => end({ exitCode: null, error: null, isLost: true }));
	}

	/** Sends input; a long paste goes in frames of the size that the engine takes. */
	write(bytes: Uint8Array): void {
		for (let at = 0; at < bytes.length; at += channelFrameLimit) {
			this.#post({ type: "stdin", bytes: bytes.slice(at, at + channelFrameLimit) });
		}
	}

	/** Tells the other end that no more input comes. */
	end(): void {
		this.#post({ type: "stdinEnd" });
	}

	ack(bytes: number): void {
		this.#post({ type: "ack", bytes });
	}

	resize(columns: number, rows: number): void {
		this.#post({ type: "resize", columns, rows });
	}

	/** Sends a break over a serial line. */
	sendBreak(): void {
		this.#post({ type: "break" });
	}

	/** Lets go of the channel. A shell lives on in the engine; nothing more is told to the listener. */
	close(): void {
		if (this.#hasEnded) return;
		this.#hasEnded = true;
		this.#port.close();
	}

	#post(frame: ChannelFrame): void {
		if (!this.#hasEnded) this.#port.postMessage(frame, []);
	}
}

/** Opens a channel for a request; see `openPort` of the bridge. */
export type OpenChannel = (request: ChannelRequest, listener: ChannelListener) => ConsoleChannel;
