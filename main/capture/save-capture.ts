import type { ChannelFrame } from "../../contract/consoles.ts";
import { type ErrorInfo, toErrorInfo } from "../../contract/errors.ts";
import type { CaptureFile } from "./capture-file.ts";

/** The capture channel, as far as saving it needs. */
export interface CaptureSource {
	onFrame(listener: (frame: ChannelFrame) => void): void;
	send(frame: ChannelFrame): void | Promise<void>;
	close(): void;
}

export interface SavedCapture {
	readonly packets: number;
	readonly bytes: number;
	/** Why it ended, when nobody stopped it. */
	readonly error: ErrorInfo | null;
}

/**
 * Writes an open capture to a file until it ends; `stdinEnd` on the source stops it. Bytes are acknowledged when
 * they are written, so a slow disk slows the capture down and never fills the memory. Never rejects.
 */
export async function saveCapture(
	source: CaptureSource,
	file: CaptureFile,
	onProgress: (counter: { packets: number; bytes: number }) => void,
): Promise<SavedCapture> {
	const { promise: ended, resolve: end } = Promise.withResolvers<ErrorInfo | null>();
	let writing = Promise.resolve();
	source.onFrame((frame) => {
		if (frame.type === "closed") writing = writing.then(() => end(frame.error));
		if (frame.type !== "stdout") return;
		const { bytes } = frame;
		writing = writing
			.then(async () => {
				await file.write(bytes);
				onProgress(file.counter);
				await source.send({ type: "ack", bytes: bytes.length });
			})
			.catch((error: unknown) => {
				end(toErrorInfo(error));
				source.close();
			});
	});
	let error = await ended;
	try {
		await file.finish();
	} catch (failure) {
		error ??= toErrorInfo(failure);
	}
	const { packets, bytes } = file.counter;
	return { packets, bytes, error };
}
