import type { ConsoleChannel } from "./console-channel.ts";

/**
 * What noVNC takes in place of a WebSocket: an object with these properties
 * (rawChannelProps in its core/websock.js). The bytes go over a console channel,
 * so no port is opened anywhere.
 */
export class RfbChannel {
	readonly protocol = "";
	binaryType = "arraybuffer";
	readyState: "connecting" | "open" | "closed" = "connecting";
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
	onerror: (() => void) | null = null;
	onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
	#channel: ConsoleChannel | null = null;

	attach(channel: ConsoleChannel): void {
		this.#channel = channel;
	}

	send(bytes: Uint8Array): void {
		// noVNC sends views of its own buffer and writes it over afterwards; the channel copies.
		if (this.readyState === "open") this.#channel?.write(bytes);
	}

	close(): void {
		this.#channel?.close();
		this.markClosed(true);
	}

	markOpen(): void {
		this.readyState = "open";
		this.onopen?.();
	}

	receive(bytes: Uint8Array): void {
		const { buffer, byteOffset, byteLength } = bytes;
		const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
		this.onmessage?.({ data: (isWhole ? buffer : bytes.slice().buffer) as ArrayBuffer });
		// noVNC copied the bytes into its queue: they are used.
		this.#channel?.ack(byteLength);
	}

	markClosed(wasClean: boolean): void {
		if (this.readyState === "closed") return;
		this.readyState = "closed";
		this.onclose?.({ code: wasClean ? 1000 : 1006, reason: "", wasClean });
	}
}
