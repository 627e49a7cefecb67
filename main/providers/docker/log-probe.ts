import type { Readable } from "node:stream";
import type { DockerEngine } from "../../docker/engine.ts";
import { FrameDemuxer } from "../../docker/frames.ts";
import { limited } from "../../docker/limits.ts";
import { MachineFault } from "../machine-fault.ts";
import { LineSplitter } from "../probes/line-splitter.ts";
import { LinePattern } from "../probes/pattern.ts";

export interface LogProbe {
	readonly engineId: string;
	readonly pattern: string;
	readonly timeoutMs: number;
	/** Only output from this Unix time on counts: an earlier run may have said the same. */
	readonly since: number | null;
	/** With a terminal the log is raw; without, it comes in frames. */
	readonly terminal: boolean;
}

/** Resolves at the first line of the machine's output that the pattern matches. */
export async function probeLog(inner: DockerEngine, probe: LogProbe, signal: AbortSignal): Promise<void> {
	const pattern = new LinePattern(probe.pattern);
	const limit = limited(probe.timeoutMs, signal);
	try {
		const stream = (await inner.api.getContainer(probe.engineId).logs({
			follow: true,
			stdout: true,
			stderr: true,
			...(probe.since === null ? {} : { since: probe.since.toFixed(9) }),
			abortSignal: limit,
		})) as Readable;
		if (await findLine(stream, pattern, probe.terminal)) return;
	} catch (error) {
		if (error instanceof MachineFault || !limit.aborted || signal.aborted) throw error;
		const seconds = Math.ceil(probe.timeoutMs / 1000);
		throw new MachineFault(`It did not get ready: no line of its output matched the log pattern in ${seconds} s.`, {
			cause: error,
		});
	}
	throw new MachineFault("It did not get ready: its output ended before a line matched the log pattern.");
}

async function findLine(stream: Readable, pattern: LinePattern, terminal: boolean): Promise<boolean> {
	const out = new LineSplitter();
	const err = new LineSplitter();
	let lines: string[] = [];
	const demuxer = new FrameDemuxer((type, bytes) => lines.push(...(type === "stderr" ? err : out).push(bytes)));
	try {
		for await (const chunk of stream) {
			if (terminal) lines.push(...out.push(chunk));
			else demuxer.push(chunk);
			if (pattern.matchesAny(lines)) return true;
			lines = [];
			// A prompt ends with no line end; what stands there so far counts as well.
			if (pattern.matchesAny([out.rest, err.rest])) return true;
		}
		return false;
	} finally {
		stream.destroy();
	}
}
