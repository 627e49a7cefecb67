/** Measured values of one quantity, in the order of the rounds. */
export type Series = readonly number[];

export interface Spread {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}

export function median(values: Series): number {
	return quantile(values, 0.5);
}

/** Linear interpolation between the two nearest ranks; NaN of nothing. */
export function quantile(values: Series, q: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const at = (sorted.length - 1) * q;
	const low = sorted[Math.floor(at)] ?? Number.NaN;
	const high = sorted[Math.ceil(at)] ?? Number.NaN;
	return low + (high - low) * (at - Math.floor(at));
}

export function spread(values: Series): Spread {
	return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Subject by baseline, round by round: the two values of a round were measured next to each other, so what slowed
 * the machine for a minute slowed both.
 */
export function ratios(subject: Series, baseline: Series): number[] {
	return pairs(subject, baseline).map(([own, other]) => own / other);
}

/** Subject minus baseline, round by round. */
export function differences(subject: Series, baseline: Series): number[] {
	return pairs(subject, baseline).map(([own, other]) => own - other);
}

function pairs(subject: Series, baseline: Series): [number, number][] {
	if (subject.length !== baseline.length) throw new Error("a round has only one of its two values");
	return subject.map((own, round) => [own, baseline[round] ?? Number.NaN]);
}
