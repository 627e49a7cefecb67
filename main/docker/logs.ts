import type { IncomingMessage } from "node:http";
import { unreachable } from "./api-errors.ts";
import { streamLogs } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";
import { FrameDemuxer } from "./frames.ts";

export interface LogsListener {
	onBytes(type: "stdout" | "stderr", bytes: Buffer): void;
	/** Once: null at the end of the log, or of the container with `follow`. Not called after an abort. */
	onEnd(error: Error | null): void;
}

/** A container's output as a stream of any length, read no faster than the listener lets it. Paused at first. */
export async function openLogs(
	engine: DockerEngine,
	container: string,
	options: { follow: boolean; tail: number },
	listener: LogsListener,
	signal?: AbortSignal,
): Promise<{ pause(): void; resume(): void }> {
	const { Config: config } = await engine.api.getContainer(container).inspect();
	const response = await streamLogs(engine.api, container, options, signal);
	const demuxer = new FrameDemuxer((type, bytes) => listener.onBytes(type, bytes));
	let isOver = false;
	const end = (error: Error | null) => {
		if (isOver || signal?.aborted) return;
		isOver = true;
		listener.onEnd(error);
	};
	response.pause();
	response.on("data", (bytes: Buffer) => {
		try {
			// A container with a terminal has one raw stream.
			if (config.Tty) listener.onBytes("stdout", bytes);
			else demuxer.push(bytes);
		} catch (error) {
			response.destroy();
			end(error instanceof Error ? error : new Error(String(error)));
		}
	});
	response.once("end", () => end(null));
	response.once("error", (error) => end(unreachable(engine.label, error)));
	response.once("close", () => end(unreachable(engine.label, new Error("the log was cut off"))));
	return handleOf(response);
}

function handleOf(response: IncomingMessage): { pause(): void; resume(): void } {
	return { pause: () => response.pause(), resume: () => response.resume() };
}
