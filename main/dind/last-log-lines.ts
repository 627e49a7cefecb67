import { printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { FrameDemuxer } from "../docker/frames.ts";
import { abortable } from "./abortable.ts";

const lines = 20;

/** The end of a container's log, both streams in the order they were written, safe to show. */
export async function lastLogLines(host: DockerEngine, container: string, signal?: AbortSignal): Promise<string> {
	const bytes: Buffer[] = [];
	const options = abortable({ stdout: true, stderr: true, tail: lines, follow: false as const }, signal);
	const log = await host.api.getContainer(container).logs(options);
	new FrameDemuxer((_, chunk) => bytes.push(chunk)).push(log);
	return printable(Buffer.concat(bytes).toString("utf8"), 4000);
}
