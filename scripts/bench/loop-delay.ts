// Loaded into a process before its own code (node --import): measures how late its event loop is, and tells its parent
// when asked.
import { createHistogram, monitorEventLoopDelay, type RecordableHistogram } from "node:perf_hooks";

/** Milliseconds. */
export interface LoopReport {
	/** How late timers were. */
	readonly p50: number;
	readonly p99: number;
	readonly max: number;
	/**
	 * CPU time of the main thread between two turns of a timer: what the process itself did there, however the machine
	 * scheduled it.
	 */
	readonly workP99: number;
	readonly workMax: number;
}

const everyMs = 5;

if (process.send !== undefined) measure(process.send.bind(process));

function measure(send: (message: unknown) => void): void {
	const delay = monitorEventLoopDelay({ resolution: everyMs });
	delay.enable();
	const work = createHistogram();
	const restart = recordWork(work);
	process.on("message", (request) => {
		if (request === "loop-delay:reset") {
			delay.reset();
			work.reset();
			restart();
		}
		if (request === "loop-delay:read") {
			// The histogram holds whole intervals between two timers: the wanted interval is no delay.
			const late = (ns: number) => Math.max(0, ns / 1e6 - everyMs);
			const report: LoopReport = {
				p50: late(delay.percentile(50)),
				p99: late(delay.percentile(99)),
				max: late(delay.max),
				workP99: work.percentile(99) / 1000,
				workMax: work.max / 1000,
			};
			send({ loopReport: report });
		}
	});
	// Listening to the parent must not keep a process that has ended its work.
	process.channel?.unref();
}

/** Records microseconds of CPU time between turns; gives the way to begin anew. */
function recordWork(histogram: RecordableHistogram): () => void {
	let last = threadTime();
	const restart = () => {
		last = threadTime();
	};
	setInterval(() => {
		const now = threadTime();
		histogram.record(Math.max(1, now - last));
		last = now;
	}, everyMs).unref();
	return restart;
}

function threadTime(): number {
	const { user, system } = process.threadCpuUsage();
	return user + system;
}
