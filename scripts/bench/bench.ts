import type { DockerEngine } from "../../main/docker/engine.ts";
import type { Budget } from "./budgets.ts";
import type { Cleanup } from "./cleanup.ts";
import type { Series } from "./series.ts";

export interface BenchContext {
	/** Measured rounds of each figure. */
	readonly runs: number;
	/** Fewer and smaller measurements, to see that everything works. */
	readonly quick: boolean;
	readonly host: DockerEngine;
	/** Image of the DinDs, in both what is measured and what it is compared with. */
	readonly dindImage: string;
	/** Aborts at Ctrl-C. */
	readonly signal: AbortSignal;
	/** What a bench makes on the engine or the disk is told here first, so that nothing stays behind. */
	readonly cleanup: Cleanup;
	/** A line for the person who waits. */
	say(text: string): void;
}

/** One measured quantity: ours, and in the same run what it is compared with. */
export interface Figure {
	readonly name: string;
	readonly unit: Unit;
	readonly subject: Series;
	/** Null for what is compared with nothing. */
	readonly baseline: Series | null;
	/** What the baseline is, as a command that a person could type or a sentence. */
	readonly baselineIs: string | null;
	/** The budget, see docs/bench.md; null where there is none. */
	readonly budget: Budget | null;
	readonly notes?: readonly string[];
}

export type Unit = "ms" | "MB" | "MB/s" | "% of a core";

/** A figure that cannot be measured on this machine, and why. */
export interface Skip {
	readonly name: string;
	readonly reason: string;
}

export interface BenchResult {
	readonly figures: readonly Figure[];
	readonly skips?: readonly Skip[];
	/** Whatever explains the figures; kept in the JSON file and printed as it is. */
	readonly details?: readonly string[];
}

export interface Bench {
	readonly name: string;
	readonly title: string;
	run(context: BenchContext): Promise<BenchResult>;
}
