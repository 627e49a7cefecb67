import { request as httpRequest } from "node:http";
import type { Duplex } from "node:stream";
import type { ChannelFrame, ChannelRequest } from "../../contract/consoles.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { encodeFrame, FrameDecoder } from "./frames.ts";

/** The client's end of a byte channel. */
export interface ClientChannel {
	/** Frames of the engine; ends after `closed`. Pulled, so that a slow reader slows the engine. */
	frames(): AsyncGenerator<ChannelFrame, void>;
	/** Resolves when the connection can take more. */
	send(frame: ChannelFrame): Promise<void>;
	close(): void;
}

/** Opens a byte channel on the engine's socket. What the engine refuses comes as a `closed` frame with its error. */
export async function openChannel(socketPath: string, wanted: ChannelRequest): Promise<ClientChannel> {
	const { socket, head } = await upgrade(socketPath);
	socket.on("error", () => undefined);
	const send = async (frame: Parameters<typeof encodeFrame>[0]): Promise<void> => {
		if (!socket.writable || socket.write(encodeFrame(frame))) return;
		await new Promise<void>((resolve) => {
			const settle = () => {
				socket.off("drain", settle).off("close", settle);
				resolve();
			};
			socket.on("drain", settle).on("close", settle);
		});
	};
	await send({ type: "request", request: wanted });
	return {
		async *frames() {
			const decoder = new FrameDecoder();
			const read = function* (chunk: Buffer): Generator<ChannelFrame> {
				for (const frame of decoder.push(chunk)) if (frame.type !== "request") yield frame;
			};
			yield* read(head);
			for await (const chunk of socket) {
				for (const frame of read(chunk)) {
					yield frame;
					if (frame.type === "closed") return;
				}
			}
			throw new HomerangeError("INTERRUPTED", "The engine ended in the middle of the channel.");
		},
		send,
		close: () => socket.destroy(),
	};
}

function upgrade(socketPath: string): Promise<{ socket: Duplex; head: Buffer }> {
	const { promise, resolve, reject } = Promise.withResolvers<{ socket: Duplex; head: Buffer }>();
	const request = httpRequest({
		socketPath,
		path: "/channel",
		headers: { connection: "upgrade", upgrade: "homerange-channel" },
	});
	request.once("upgrade", (_, socket, head) => resolve({ socket, head }));
	request.once("response", (response) => {
		response.resume();
		reject(new HomerangeError("INTERNAL", `The engine refused a channel with status ${response.statusCode}.`));
	});
	request.once("error", (error) => {
		reject(new HomerangeError("INTERRUPTED", `The engine cannot be reached: ${error.message}.`, { cause: error }));
	});
	request.end();
	return promise;
}
