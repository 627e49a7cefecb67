import type { RangeUsage } from "../../contract/usage.ts";
import { rpc } from "../bridge/client.ts";

/** As many ranges as one question may name. */
const rangesLimit = 64;
/** Scrolling changes what is looked at many times a second. */
const settleMs = 300;
const againAfterMs = 5000;
/** The old stream goes on until the new one has had time for its first sample, so that the engine's sampler lives on. */
const overlapMs = 3000;

/**
 * One stream of samples for everything that the page looks at. There is none while nothing is looked at or the
 * window is hidden.
 */
export function followUsage(onSample: (sample: RangeUsage) => void): { want(ranges: readonly string[]): void } {
	let wanted: readonly string[] = [];
	let followed = "";
	let current: AbortController | null = null;
	let isSettling = false;

	const settle = (): void => {
		isSettling = false;
		const ranges = document.hidden ? [] : wanted.slice(0, rangesLimit).toSorted();
		if (ranges.join() === followed) return;
		followed = ranges.join();
		const old = current;
		current = null;
		if (ranges.length === 0) {
			old?.abort();
			return;
		}
		if (old !== null) setTimeout(() => old.abort(), overlapMs);
		current = new AbortController();
		void follow(ranges, current.signal);
	};
	const later = (ms: number): void => {
		if (isSettling) return;
		isSettling = true;
		setTimeout(settle, ms);
	};
	const follow = async (ranges: readonly string[], signal: AbortSignal): Promise<void> => {
		try {
			for await (const sample of await rpc().ranges.usage({ ranges: [...ranges] }, { signal })) {
				if (!signal.aborted && wanted.includes(sample.rangeId)) onSample(sample);
			}
		} catch {
			// A range that has just gone, or an engine that starts again: its own state is shown; samples come again later.
		}
		if (signal.aborted || current?.signal !== signal) return;
		current = null;
		followed = "";
		later(againAfterMs);
	};
	document.addEventListener("visibilitychange", () => later(0));
	return {
		want(ranges) {
			wanted = ranges;
			later(settleMs);
		},
	};
}
