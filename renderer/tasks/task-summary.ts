import type { Progress, Task, TaskStep } from "../../contract/tasks.ts";

const settled = new Set<TaskStep["state"]>(["done", "skipped", "failed", "undone"]);

/** How many of a task's steps are over, as a progress. */
export function stepProgress(task: Pick<Task, "steps">): Progress {
	return {
		unit: "count",
		done: task.steps.filter((step) => settled.has(step.state)).length,
		total: task.steps.length === 0 ? null : task.steps.length,
	};
}

/** The step that tells best what a task is doing: the first that runs. */
export function currentStep(task: Pick<Task, "steps">): TaskStep | null {
	return task.steps.find((step) => step.state === "running") ?? null;
}

/** How long a task took, or takes until now. */
export function taskDuration(task: Pick<Task, "createdAt" | "endedAt">, now: number): number {
	return (task.endedAt === null ? now : Date.parse(task.endedAt)) - Date.parse(task.createdAt);
}

/** How long a step took, or takes until now; null before it began. */
export function stepDuration(step: Pick<TaskStep, "startedAt" | "endedAt">, now: number): number | null {
	if (step.startedAt === null) return null;
	return (step.endedAt === null ? now : Date.parse(step.endedAt)) - Date.parse(step.startedAt);
}

export interface StepView {
	shown: readonly TaskStep[];
	/** Steps left out: finished ones and those that did not begin. */
	hiddenDone: number;
	hiddenWaiting: number;
}

/**
 * The steps to show of a long task: everything that runs or failed, and its
 * neighbourhood of finished and coming steps, at most about `limit`.
 */
export function chooseSteps(steps: readonly TaskStep[], limit: number): StepView {
	if (steps.length <= limit) return { shown: steps, hiddenDone: 0, hiddenWaiting: 0 };
	const isVital = (step: TaskStep): boolean => step.state === "running" || step.state === "failed";
	const vital = steps.filter(isVital).length;
	const room = Math.max(2, limit - vital);
	const finished = steps.filter((step) => settled.has(step.state) && !isVital(step));
	const coming = steps.filter((step) => step.state === "waiting");
	const keepComing = Math.min(coming.length, Math.ceil(room / 2));
	const keepFinished = Math.min(finished.length, room - keepComing);
	const kept = new Set<TaskStep>([
		...finished.slice(finished.length - keepFinished),
		...coming.slice(0, keepComing),
		...steps.filter(isVital),
	]);
	return {
		shown: steps.filter((step) => kept.has(step)),
		hiddenDone: finished.length - keepFinished,
		hiddenWaiting: coming.length - keepComing,
	};
}
