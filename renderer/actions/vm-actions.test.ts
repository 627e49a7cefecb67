import { describe, expect, it } from "vitest";
import { type Vm, vmState } from "../../contract/vms.ts";
import { vmActions, vmHeaderActions } from "./vm-actions.ts";

const ours = { managed: true, owner: { kind: "standalone" }, autostart: false, persistent: true } as const;
const actions = (state: Vm["state"], over: Partial<Vm> = {}) => vmActions({ ...ours, state, ...over });

describe("vmActions", () => {
	it.each(vmState.options)("offers of another tool's %s one to adopt it, and a copy of what is off", (state) => {
		const offered = state === "stopped" ? ["adopt", "clone"] : ["adopt"];
		expect(actions(state, { managed: false, owner: null })).toEqual(offered);
	});

	it("leaves a machine of a range to its range", () => {
		const owner = { kind: "range", rangeId: "r", range: "lab", machine: "guest" } as const;
		expect(actions("running", { owner })).toEqual([]);
	});

	it("offers a start only to what is off, and to force off only what is on", () => {
		expect(actions("stopped")).toContain("start");
		expect(actions("stopped")).not.toContain("destroy");
		expect(actions("stopped")).toContain("clone");
		for (const state of ["running", "paused", "stopping", "suspended"] as const) {
			expect(actions(state)).toContain("destroy");
			expect(actions(state)).not.toContain("start");
			expect(actions(state)).not.toContain("delete");
			expect(actions(state)).not.toContain("clone");
		}
	});

	it("offers autostart as what it would become, and none where it cannot be", () => {
		expect(actions("running")).toContain("autostartOn");
		expect(actions("running", { autostart: true })).toContain("autostartOff");
		expect(actions("running", { persistent: false }).filter((one) => one.startsWith("autostart"))).toEqual([]);
	});

	it("puts what is wanted often into the header", () => {
		expect(vmHeaderActions(actions("running"))).toEqual(["stop", "snapshot"]);
		expect(vmHeaderActions(actions("stopped"))).toEqual(["start", "snapshot"]);
	});
});
