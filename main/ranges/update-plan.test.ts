import { expect, test } from "vitest";
import type { MachineRecord } from "./record.ts";
import { sampleBlueprint } from "./testing/sample-blueprint.ts";
import { planUpdate, type UpdateState } from "./update-plan.ts";

const nothing = { machines: [], networks: [] };

/** The sample's range: db runs, web is to be made. */
function state(over: Partial<UpdateState> = {}, web: Partial<MachineRecord> = {}): UpdateState {
	const blueprint = sampleBlueprint();
	const machines = blueprint.machines.map((spec): MachineRecord => {
		const up = { state: "running", reason: null, wanted: "running", engineId: "c0ffee" } as const;
		return { id: spec.name, spec, ...up, ...(spec.name === "web" ? web : {}) };
	});
	const range = { blueprint, machines, meanwhile: null };
	return { range, stale: nothing, missingNetworks: new Set(), changesLimits: false, ...over };
}
const pending: Partial<MachineRecord> = { state: "creating", engineId: null };

test("a range that is as recorded needs nothing", () => {
	expect(planUpdate(state())).toEqual([]);
});

test("a machine that is down is started, one that is wanted down is not", () => {
	const ids = (web: Partial<MachineRecord>) => planUpdate(state({}, web)).map(({ id }) => id);
	expect(ids({ state: "failed", reason: "It ended." })).toEqual(["start:web", "ready:web"]);
	expect(ids({ state: "stopped", wanted: "stopped" })).toEqual([]);
	expect(ids({ ...pending, wanted: "stopped" })).toEqual(["image:homerange/busybox:1", "create:web"]);
});

test("what goes is closed off and removed before what comes is opened, and nothing starts before that", () => {
	const { range } = state({}, pending);
	const steps = planUpdate({
		range: { ...range, meanwhile: { networks: [], routes: [] } },
		stale: { machines: [{ name: "web", engineId: "old" }], networks: [{ name: "lan", engineId: "n" }] },
		missingNetworks: new Set(["lan"]),
		changesLimits: true,
	});
	/** Everything that comes before a step, however far. */
	const before = (id: string): Set<string> => {
		const own = steps.find((step) => step.id === id)?.after ?? [];
		return new Set([...own, ...own.flatMap((one) => [...before(one)])]);
	};
	expect([...before("remove:old")].sort()).toEqual(["close", "image:homerange/busybox:1"]);
	expect(before("remove-network:n")).toContain("remove:old");
	expect(before("network:lan")).toContain("remove-network:n");
	expect(before("open")).toContain("remove-network:n");
	expect(before("create:web")).toContain("network:lan");
	for (const id of ["open", "limits", "create:web", "remove:old"]) expect(before("start:web")).toContain(id);
	expect(before("start:web")).not.toContain("start:db");
});
