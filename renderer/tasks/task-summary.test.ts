import { describe, expect, it } from "vitest";
import type { TaskStep } from "../../contract/tasks.ts";
import { chooseSteps, currentStep, stepDuration, stepProgress } from "./task-summary.ts";

const step = (id: string, state: TaskStep["state"]): TaskStep => ({
	id,
	title: id,
	state,
	note: null,
	progress: null,
	startedAt: null,
	endedAt: null,
});

describe("stepProgress", () => {
	it("counts skipped, failed and undone steps as over", () => {
		const steps = [step("a", "done"), step("b", "skipped"), step("c", "running"), step("d", "waiting")];
		expect(stepProgress({ steps })).toEqual({ unit: "count", done: 2, total: 4 });
		expect(currentStep({ steps })?.id).toBe("c");
	});

	it("has no total before the plan is known", () => {
		expect(stepProgress({ steps: [] }).total).toBeNull();
	});
});

describe("chooseSteps", () => {
	it("shows a short plan whole", () => {
		const steps = [step("a", "done"), step("b", "waiting")];
		expect(chooseSteps(steps, 5).shown).toEqual(steps);
	});

	it("keeps what runs and what failed, in the plan's order, and counts the rest", () => {
		const steps = [
			...Array.from({ length: 100 }, (_, at) => step(`done ${at}`, "done")),
			step("bad", "failed"),
			step("now", "running"),
			...Array.from({ length: 50 }, (_, at) => step(`later ${at}`, "waiting")),
		];
		const view = chooseSteps(steps, 10);
		expect(view.shown).toHaveLength(10);
		expect(view.shown.map((one) => one.id)).toContain("bad");
		expect(view.shown.map((one) => one.id)).toContain("now");
		expect(view.shown.at(-1)?.id).toBe("later 3");
		expect(view.hiddenDone + view.hiddenWaiting + view.shown.length).toBe(steps.length);
	});
});

describe("stepDuration", () => {
	it("runs until now while the step runs", () => {
		expect(stepDuration({ startedAt: "2026-01-01T00:00:00Z", endedAt: null }, Date.parse("2026-01-01T00:00:02Z"))).toBe(
			2000,
		);
		expect(stepDuration({ startedAt: null, endedAt: null }, 0)).toBeNull();
	});
});
