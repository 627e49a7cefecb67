import { printable } from "../../docker/api-errors.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { FrameDemuxer } from "../../docker/frames.ts";

const lineWidth = 200;

/** The last lines of a machine's output, printable and bounded in number and width. */
export async function lastLines(
	inner: DockerEngine,
	engineId: string,
	o: { lines: number; terminal: boolean },
	signal: AbortSignal,
): Promise<string[]> {
	const log = await inner.api
		.getContainer(engineId)
		.logs({ stdout: true, stderr: true, tail: o.lines, follow: false, abortSignal: signal });
	return toLines(log, o.terminal)
		.map((line) => printable(line, lineWidth))
		.filter((line) => line !== "")
		.slice(-o.lines);
}

function toLines(log: Buffer, terminal: boolean): string[] {
	if (terminal) return log.toString("utf8").split("\n");
	const chunks: Buffer[] = [];
	new FrameDemuxer((_, bytes) => chunks.push(bytes)).push(log);
	return Buffer.concat(chunks).toString("utf8").split("\n");
}
