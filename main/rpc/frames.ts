import { z } from "zod";
import { type ChannelFrame, type ChannelRequest, channelFrameLimit, channelRequest } from "../../contract/consoles.ts";
import { errorInfo, HomerangeError } from "../../contract/errors.ts";

/**
 * The frames of a byte channel on the engine's socket: `type:u8 length:u32be
 * payload`. Payloads are bytes for the three streams and JSON for the rest.
 * The first frame of a client is its `request`.
 */
export type WireFrame = ChannelFrame | { type: "request"; request: ChannelRequest };

const headerLength = 5;
/** Type bytes on the wire; those of the client begin at 16. */
const wireTypes = [
	["opened", 1],
	["stdout", 2],
	["stderr", 3],
	["closed", 4],
	["request", 16],
	["stdin", 17],
	["stdinEnd", 18],
	["resize", 19],
	["ack", 20],
	["break", 21],
] as const satisfies [WireFrame["type"], number][];
const codeOf = new Map<WireFrame["type"], number>(wireTypes);
const typeOf = new Map<number, WireFrame["type"]>(wireTypes.map(([type, code]) => [code, type]));

const bodies = {
	opened: z.strictObject({ session: z.string().nullable() }),
	closed: z.strictObject({ exitCode: z.number().int().nullable(), error: errorInfo.nullable() }),
	resize: z.strictObject({
		columns: z.number().int().min(1).max(1000),
		rows: z.number().int().min(1).max(1000),
	}),
	ack: z.strictObject({ bytes: z.number().int().nonnegative() }),
};

/** Bytes larger than a frame may be become several frames. */
export function encodeFrame(frame: WireFrame): Uint8Array {
	switch (frame.type) {
		case "stdin":
		case "stdout":
		case "stderr":
			return encodeBytes(frame.type, frame.bytes);
		case "stdinEnd":
		case "break":
			return withHeader(frame.type, new Uint8Array(0));
		case "request":
			return encodeJson("request", frame.request);
		default: {
			const { type, ...body } = frame;
			return encodeJson(type, body);
		}
	}
}

/** Reads frames out of chunks that may be cut anywhere. Refuses, once and for all, what is not a frame. */
export class FrameDecoder {
	#rest = Buffer.alloc(0);

	push(chunk: Uint8Array): WireFrame[] {
		this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
		const frames: WireFrame[] = [];
		let offset = 0;
		while (this.#rest.length - offset >= headerLength) {
			const type = typeOf.get(this.#rest.readUInt8(offset));
			if (type === undefined) throw refused("an unknown type");
			const length = this.#rest.readUInt32BE(offset + 1);
			if (length > channelFrameLimit) throw refused(`${length} bytes in one frame`);
			const end = offset + headerLength + length;
			if (this.#rest.length < end) break;
			frames.push(decode(type, this.#rest.subarray(offset + headerLength, end)));
			offset = end;
		}
		// What is left is copied, so that it does not keep the whole chunk in memory.
		this.#rest = Buffer.from(this.#rest.subarray(offset));
		return frames;
	}

	/** True in the middle of a frame: an end of the stream here is a cut. */
	get isPartial(): boolean {
		return this.#rest.length > 0;
	}
}

function decode(type: WireFrame["type"], payload: Buffer): WireFrame {
	switch (type) {
		case "stdin":
		case "stdout":
		case "stderr":
			return { type, bytes: payload };
		case "stdinEnd":
		case "break":
			return { type };
		case "request":
			return { type, request: parse(channelRequest, payload) };
		case "opened":
			return { type, ...parse(bodies.opened, payload) };
		case "closed":
			return { type, ...parse(bodies.closed, payload) };
		case "resize":
			return { type, ...parse(bodies.resize, payload) };
		case "ack":
			return { type, ...parse(bodies.ack, payload) };
	}
}

function parse<T>(schema: z.ZodType<T>, payload: Buffer): T {
	let value: unknown;
	try {
		value = JSON.parse(payload.toString("utf8"));
	} catch {
		throw refused("a payload that is not JSON");
	}
	const result = schema.safeParse(value);
	if (!result.success) throw refused(z.prettifyError(result.error));
	return result.data;
}

function encodeBytes(type: "stdin" | "stdout" | "stderr", bytes: Uint8Array): Uint8Array {
	if (bytes.length <= channelFrameLimit) return withHeader(type, bytes);
	const frames: Uint8Array[] = [];
	for (let offset = 0; offset < bytes.length; offset += channelFrameLimit) {
		frames.push(withHeader(type, bytes.subarray(offset, offset + channelFrameLimit)));
	}
	return Buffer.concat(frames);
}

function encodeJson(type: WireFrame["type"], body: unknown): Uint8Array {
	const payload = Buffer.from(JSON.stringify(body), "utf8");
	if (payload.length > channelFrameLimit) throw refused(`${payload.length} bytes in one frame`);
	return withHeader(type, payload);
}

function withHeader(type: WireFrame["type"], payload: Uint8Array): Uint8Array {
	const frame = Buffer.allocUnsafe(headerLength + payload.length);
	frame.writeUInt8(codeOf.get(type) ?? 0, 0);
	frame.writeUInt32BE(payload.length, 1);
	frame.set(payload, headerLength);
	return frame;
}

function refused(what: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The channel carried ${what}.`);
}
