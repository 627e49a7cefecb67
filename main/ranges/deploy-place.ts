import type { DeployGate } from "./deploy-gate.ts";
import { done, type GraphStep, type StepResult } from "./graph.ts";
import type { RangeStep } from "./planner.ts";

type TurnStep = GraphStep & { readonly kind: "turn" };
export type DeployStep = RangeStep | TurnStep;

const turn: TurnStep = { id: "turn", title: "Wait for other deploys", after: [], waits: true, kind: "turn" };

/** The same steps behind a turn. */
export function afterTurn(steps: readonly RangeStep[]): DeployStep[] {
	return [turn, ...steps.map((step) => (step.after.length === 0 ? { ...step, after: [turn.id] } : step))];
}

/**
 * One deploy's place among those that work. It is taken in the turn, and given up when nothing is left but to wait
 * until machines are ready: that takes the machines' time and not the host's.
 */
export class DeployPlace {
	readonly #gate: DeployGate;
	#working: number;
	#leave: (() => void) | null = null;

	constructor(gate: DeployGate, steps: readonly DeployStep[]) {
		this.#gate = gate;
		this.#working = steps.filter(isWork).length;
	}

	async during(step: RangeStep, run: () => Promise<StepResult>): Promise<StepResult> {
		try {
			return await run();
		} finally {
			if (isWork(step) && --this.#working === 0) this.leave();
		}
	}

	leave(): void {
		this.#leave?.();
	}

	async enter(signal: AbortSignal): Promise<StepResult> {
		const before = this.#gate.waiting;
		const start = performance.now();
		this.#leave = await this.#gate.enter(signal);
		const waited = performance.now() - start > shownFromMs;
		return waited ? { outcome: "done", note: before === 0 ? "it was the next" : `${before} were before it` } : done;
	}
}

const shownFromMs = 500;

const isWork = (step: DeployStep): boolean => step.kind !== "turn" && step.kind !== "ready";
