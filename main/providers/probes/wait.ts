import { setTimeout as delay } from "node:timers/promises";
import { MachineFault } from "../machine-fault.ts";

const firstWaitMs = 100;
const longestWaitMs = 1000;

/** Tries at once, then again with growing waits, until `attempt` gives null (well) or the time is over. */
export async function retryUntil(
	attempt: (signal: AbortSignal) => Promise<string | null>,
	limit: { timeoutMs: number; what: string },
	signal: AbortSignal,
): Promise<void> {
	const end = performance.now() + limit.timeoutMs;
	for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, longestWaitMs)) {
		const complaint = await attempt(signal);
		if (complaint === null) return;
		const left = end - performance.now();
		if (left <= 0) {
			const seconds = Math.ceil(limit.timeoutMs / 1000);
			throw new MachineFault(
				`It did not get ready: ${limit.what} did not succeed in ${seconds} s (last: ${complaint}).`,
			);
		}
		await delay(Math.min(wait, left), undefined, { signal });
	}
}
