import type { Figure } from "./bench.ts";
import { differences, median, ratios } from "./series.ts";

/** What the project allows itself. Every part that is given must hold, for the medians. */
export interface Budget {
	readonly ratioAtMost?: number;
	readonly ratioAtLeast?: number;
	/** Of the figure itself, in its unit. */
	readonly atMost?: number;
	/** Subject minus baseline, in the figure's unit. */
	readonly addedAtMost?: number;
}

/** The budgets of docs/bench.md that are measured here. */
export const budgets = {
	deploy: { ratioAtMost: 1.2 },
	copyTime: { ratioAtMost: 1 / 20 },
	copyDisk: { ratioAtMost: 0.01 },
	tunnelCall: { ratioAtMost: 2, atMost: 5 },
	consoleThroughput: { ratioAtLeast: 0.8 },
	consoleRoundTrip: { addedAtMost: 10 },
	windowStart: { ratioAtMost: 1.5 },
	windowMemory: { ratioAtMost: 1.6 },
	/** "~ 0": one percent of one core. */
	windowIdle: { atMost: 1 },
	loopDelay: { atMost: 20 },
} as const satisfies Record<string, Budget>;

export function describeBudget(budget: Budget, unit: string): string {
	return [
		budget.ratioAtMost === undefined ? "" : `<= ${budget.ratioAtMost}x`,
		budget.ratioAtLeast === undefined ? "" : `>= ${budget.ratioAtLeast}x`,
		budget.atMost === undefined ? "" : `<= ${budget.atMost} ${unit}`,
		budget.addedAtMost === undefined ? "" : `<= ${budget.addedAtMost} ${unit} added`,
	]
		.filter((part) => part !== "")
		.join(", ");
}

/** Whether the figure's medians are within its budget; null when it has none. */
export function isMet(figure: Pick<Figure, "subject" | "baseline" | "budget">): boolean | null {
	const { subject, baseline, budget } = figure;
	if (budget === null) return null;
	const ratio = baseline === null ? Number.NaN : median(ratios(subject, baseline));
	const added = baseline === null ? Number.NaN : median(differences(subject, baseline));
	return (
		(budget.ratioAtMost === undefined || ratio <= budget.ratioAtMost) &&
		(budget.ratioAtLeast === undefined || ratio >= budget.ratioAtLeast) &&
		(budget.atMost === undefined || median(subject) <= budget.atMost) &&
		(budget.addedAtMost === undefined || added <= budget.addedAtMost)
	);
}
