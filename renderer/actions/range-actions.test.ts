import { describe, expect, it } from "vitest";
import { rangeState } from "../../contract/ranges.ts";
import { headerActions, machineActions, rangeActions } from "./range-actions.ts";

const calm = { taskId: null, interrupted: null };

describe("rangeActions", () => {
	it.each(rangeState.options)("offers nothing on a %s range that a task acts on", (state) => {
		expect(rangeActions({ state, taskId: "t1", interrupted: null })).toEqual([]);
	});

	it("offers to go on or to destroy after an operation that died", () => {
		expect(rangeActions({ state: "deploying", taskId: null, interrupted: "deploy" })).toEqual([
			"continueInterrupted",
			"destroy",
		]);
	});

	it("offers another update after one that died in a range that runs", () => {
		const actions = (state: "degraded" | "stopped") => rangeActions({ state, taskId: null, interrupted: "update" });
		expect(actions("degraded")).toEqual(["continueInterrupted", "update", "destroy"]);
		expect(actions("stopped")).toEqual(["continueInterrupted", "destroy"]);
	});

	it("lets every range at rest be destroyed", () => {
		for (const state of ["running", "degraded", "stopped", "paused", "failed"] as const) {
			expect(rangeActions({ ...calm, state })).toContain("destroy");
		}
	});

	it("offers a stopped range a start and a running one none", () => {
		expect(rangeActions({ ...calm, state: "stopped" })).toContain("start");
		expect(rangeActions({ ...calm, state: "running" })).not.toContain("start");
	});

	it("offers a retry where something failed, and an update where the range runs", () => {
		for (const state of ["degraded", "failed"] as const) expect(rangeActions({ ...calm, state })).toContain("retry");
		expect(rangeActions({ ...calm, state: "running" })).toContain("update");
		expect(rangeActions({ ...calm, state: "stopped" })).not.toContain("update");
	});
});

describe("headerActions", () => {
	it("are all of a few actions, and the frequent ones of many", () => {
		const shown = (state: "running" | "degraded" | "stopped" | "failed") =>
			headerActions(rangeActions({ ...calm, state }));
		expect(shown("running")).toEqual(["stop", "addMachine", "snapshot"]);
		expect(shown("degraded")).toEqual(["retry", "stop", "addMachine", "snapshot"]);
		expect(shown("stopped")).toEqual(["start", "addMachine", "destroy"]);
		expect(shown("failed")).toEqual(["retry", "destroy"]);
	});
});

describe("machineActions", () => {
	it("offers a failed machine of a degraded range a retry", () => {
		expect(machineActions({ ...calm, state: "degraded" }, { state: "failed" })).toEqual(["retry"]);
	});

	it("offers nothing while the range is stopped, or a task acts on it", () => {
		expect(machineActions({ ...calm, state: "stopped" }, { state: "stopped" })).toEqual([]);
		expect(machineActions({ state: "running", taskId: "t", interrupted: null }, { state: "ready" })).toEqual([]);
	});
});
