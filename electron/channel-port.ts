import type { MessagePortMain } from "electron";
import { z } from "zod";
import { type ChannelFrame, channelFrameLimit } from "../contract/consoles.ts";
import { HomerangeError, toErrorInfo } from "../contract/errors.ts";

/** The engine's end of a console channel, as far as a port needs it. */
export interface ByteChannel {
	onFrame(listener: (frame: ChannelFrame) => void): void;
	/** A promise asks to wait with the next frame. */
	send(frame: ChannelFrame): void | Promise<void>;
	close(): void;
	readonly closed: Promise<void>;
}

/** The frames that a page may send. */
const pageFrame = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.literal("stdin"),
		bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= channelFrameLimit),
	}),
	z.strictObject({ type: z.literal("stdinEnd") }),
	z.strictObject({
		type: z.literal("resize"),
		columns: z.number().int().min(1).max(1000),
		rows: z.number().int().min(1).max(1000),
	}),
	z.strictObject({ type: z.literal("ack"), bytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) }),
	z.strictObject({ type: z.literal("break") }),
]);

/**
 * Joins a port of the page to a channel that is being opened. Frames that the page
 * sends before it is open wait in the port. Back-pressure is the channel's own
 * (`ack`); the port's end, also by a reload of the page, closes the channel.
 */
export async function joinChannel(port: MessagePortMain, opening: Promise<ByteChannel>): Promise<void> {
	let isPortOpen = true;
	port.on("close", () => {
		isPortOpen = false;
	});
	let channel: ByteChannel;
	try {
		channel = await opening;
	} catch (error) {
		refuseChannel(port, error);
		return;
	}
	if (!isPortOpen) {
		channel.close();
		return;
	}
	port.on("close", () => channel.close());
	const end = (error: unknown): void => {
		channel.close();
		if (isPortOpen) refuseChannel(port, error);
	};
	let sending = Promise.resolve();
	port.on("message", ({ data }) => {
		const frame = pageFrame.safeParse(data);
		if (!frame.success) {
			end(new HomerangeError("INPUT_INVALID", "The console was closed: it got a malformed frame."));
			return;
		}
		sending = sending.then(() => channel.send(frame.data)).catch(end);
	});
	channel.onFrame((frame) => port.postMessage(ownFrame(frame)));
	port.start();
	await channel.closed;
	port.close();
}

/** Tells the page why there is no channel, and ends its port. */
export function refuseChannel(port: MessagePortMain, error: unknown): void {
	port.postMessage({ type: "closed", exitCode: null, error: toErrorInfo(error) } satisfies ChannelFrame);
	port.close();
}

/** A clone takes the whole buffer behind a view: pooled memory of other connections must not go along. */
function ownFrame(frame: ChannelFrame): ChannelFrame {
	if (frame.type !== "stdout" && frame.type !== "stderr") return frame;
	return { type: frame.type, bytes: new Uint8Array(frame.bytes) };
}
