import type { Duplex } from "node:stream";
import type { ChannelFrame } from "../../contract/consoles.ts";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { Logger } from "../log.ts";
import { encodeFrame, FrameDecoder, type WireFrame } from "./frames.ts";
import type { ChannelService, ServedChannel } from "./services.ts";

/** Time that a client has to say what it wants. */
const requestLimitMs = 10_000;

/**
 * Carries one byte channel on an upgraded connection. What the engine sends is
 * bounded by the channel's window; what the client sends is read no faster than
 * the channel takes it.
 */
export function serveChannel(socket: Duplex, head: Buffer, channels: ChannelService, log: Logger): void {
	socket.on("error", (error) => log.debug({ error }, "a channel's connection broke"));
	socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: homerange-channel\r\n\r\n");
	void converse(socket, head, channels, log).catch((error: unknown) => {
		const info = toErrorInfo(error);
		if (info.code === "INTERNAL") log.error({ error }, "a channel failed in a way that nobody foresaw");
		if (!socket.writableEnded) socket.end(encodeFrame({ type: "closed", exitCode: null, error: info }));
	});
}

async function converse(socket: Duplex, head: Buffer, channels: ChannelService, log: Logger): Promise<void> {
	const frames = readFrames(socket, head);
	const limit = setTimeout(() => socket.destroy(), requestLimitMs);
	const first = await frames.next();
	clearTimeout(limit);
	if (first.done) return;
	if (first.value.type !== "request") {
		throw new HomerangeError("INPUT_INVALID", "A channel begins with its request.");
	}
	const channel = await channels.open(first.value.request);
	const gone = new Promise<void>((resolve) => socket.once("close", resolve));
	if (socket.destroyed) {
		channel.close();
		return;
	}
	channel.onFrame((frame) => {
		if (!socket.writable) return;
		socket.write(encodeFrame(frame));
		if (frame.type === "closed") socket.end();
	});
	const sending = feed(frames, channel).catch((error: unknown) => {
		log.debug({ error }, "a channel's client sent what cannot be taken");
		channel.close();
	});
	await Promise.race([gone, channel.closed, sending]);
	channel.close();
	await channel.closed;
	if (socket.writable) socket.end();
	await gone;
	await sending;
}

async function feed(frames: AsyncIterable<WireFrame>, channel: ServedChannel): Promise<void> {
	for await (const frame of frames) {
		if (!isClientFrame(frame)) throw new HomerangeError("INPUT_INVALID", `A client sent a frame "${frame.type}".`);
		await channel.send(frame);
	}
}

function isClientFrame(frame: WireFrame): frame is ChannelFrame {
	switch (frame.type) {
		case "stdin":
		case "stdinEnd":
		case "resize":
		case "ack":
		case "break":
			return true;
		default:
			return false;
	}
}

/** Pulls chunks from the connection only as frames are asked for: that is the back-pressure. */
async function* readFrames(socket: Duplex, head: Buffer): AsyncGenerator<WireFrame, void> {
	const decoder = new FrameDecoder();
	if (head.length > 0) yield* decoder.push(head);
	// The connection outlives its reading side: a refusal must still reach the client.
	for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield* decoder.push(chunk);
}
