import { toErrorInfo } from "../../contract/errors.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import type { RangesDeps } from "./deps.ts";
import { type GraphStep, runGraph, type StepResult } from "./graph.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { RangeRecord } from "./record.ts";
import type { RangeStore } from "./store.ts";

export interface StepsToRun<S extends GraphStep> {
	readonly range: RangeRecord;
	readonly task: TaskRun;
	readonly steps: readonly S[];
	run(step: S, signal: AbortSignal): Promise<StepResult>;
}

/** Runs steps as the task's, each written to the journal before it begins and after it ended. */
export async function runSteps<S extends GraphStep & { readonly machine?: string }>(
	parts: { deps: RangesDeps; store: RangeStore; machines: MachineSteps },
	{ range, task, steps, run }: StepsToRun<S>,
): Promise<void> {
	const { deps, store, machines } = parts;
	const mark = (step: S, state: "begun" | "done" | "failed") => {
		store.journal(range.id, task.id, step.id, state);
		deps.onStep?.({ rangeId: range.id, id: step.id, moment: state === "begun" ? "begun" : "ended" });
	};
	task.plan(steps.map(({ id, title }) => ({ id, title })));
	await runGraph(steps, run, {
		concurrency: deps.settings.get().concurrency,
		signal: task.signal,
		observer: {
			begun(step) {
				mark(step, "begun");
				task.start(step.id);
			},
			ended(step, result) {
				mark(step, "done");
				if (result.outcome === "done") task.done(step.id, result.note);
				else if (result.outcome === "skipped") task.skip(step.id, result.note);
				else task.fail(step.id, result.reason);
			},
			failed(step, error) {
				mark(step, "failed");
				const isEcho = task.signal.aborted || toErrorInfo(error).code === "CANCELLED";
				task.fail(step.id, isEcho ? "cancelled" : toErrorInfo(error).message);
			},
			heldBack(step, cause) {
				const by = cause.machine ?? cause.title;
				task.skip(step.id, `not done, because ${by} failed`);
				if (step.machine !== undefined) machines.heldBack(range, step.machine, by);
			},
		},
	});
}
