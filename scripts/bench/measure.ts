import { performance } from "node:perf_hooks";
import type { BenchContext } from "./bench.ts";
import { median } from "./series.ts";

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

/**
 * The medians of many short calls of both sides, one of each in turn: what takes milliseconds is compared within
 * milliseconds.
 */
export async function alternate(
	signal: AbortSignal,
	count: number,
	sides: { subject(): Promise<unknown>; baseline(): Promise<unknown> },
): Promise<{ subject: number; baseline: number }> {
	const values = { subject: [] as number[], baseline: [] as number[] };
	for (let index = 0; index < count; index++) {
		signal.throwIfAborted();
		values.baseline.push(await timed(sides.baseline));
		values.subject.push(await timed(sides.subject));
	}
	return { subject: median(values.subject), baseline: median(values.baseline) };
}

/** As many rounds of something that measures both sides itself. */
export async function rounds(
	runs: number,
	round: () => Promise<{ subject: number; baseline: number }>,
): Promise<{ subject: number[]; baseline: number[] }> {
	const values = { subject: [] as number[], baseline: [] as number[] };
	for (let index = 0; index < runs; index++) {
		const { subject, baseline } = await round();
		values.subject.push(subject);
		values.baseline.push(baseline);
	}
	return values;
}
