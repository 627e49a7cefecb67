import { performance } from "node:perf_hooks";
import type { BenchContext } from "./bench.ts";

/** One value of each side, by whatever it does; preparation and clean-up are its own and not measured. */
export interface Sides {
	subject(round: number): Promise<number>;
	baseline(round: number): Promise<number>;
}

/**
 * Measures the two sides in turn, and who is first in turn as well: a machine that gets slower or faster during the run
 * does so for both.
 */
export async function interleave(
	context: Pick<BenchContext, "signal" | "say">,
	runs: number,
	sides: Sides,
): Promise<{ subject: number[]; baseline: number[] }> {
	const values = { subject: [] as number[], baseline: [] as number[] };
	for (let round = 0; round < runs; round++) {
		const order = round % 2 === 0 ? (["baseline", "subject"] as const) : (["subject", "baseline"] as const);
		for (const side of order) {
			context.signal.throwIfAborted();
			values[side].push(await sides[side](round));
		}
	}
	return values;
}

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}
