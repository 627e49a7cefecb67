import { expect, test } from "vitest";
import type { ObservedMachine } from "../providers/machine-provider.ts";
import { type RecordedMachine, truthOf } from "./machine-truth.ts";

const recorded = (over: Partial<RecordedMachine> = {}): RecordedMachine => ({
	state: "ready",
	reason: null,
	wanted: "running",
	engineId: "c0ffee",
	...over,
});
const observed = (status: ObservedMachine["status"]): ObservedMachine => ({
	name: "web",
	engineId: "c0ffee",
	status,
	exitCode: status === "exited" ? 1 : null,
	outOfMemory: false,
	error: null,
	nics: [],
	processId: null,
	startedAt: 1,
});

test("a machine that was found ready stays ready while it runs", () => {
	expect(truthOf(recorded(), observed("running"))).toEqual({ kind: "as-recorded" });
});

test("a reason that an operation found stays while the machine runs on", () => {
	expect(truthOf(recorded({ state: "running", reason: "probe failed" }), observed("running")).kind).toBe("as-recorded");
});

test("a machine that ended by itself must explain itself, one that was to stop must not", () => {
	expect(truthOf(recorded(), observed("exited")).kind).toBe("ended");
	expect(truthOf(recorded({ wanted: "stopped" }), observed("exited"))).toEqual({
		kind: "is",
		state: "stopped",
		reason: null,
	});
	expect(truthOf(recorded({ state: "stopped" }), observed("exited")).kind).toBe("as-recorded");
});

test("a state that an operation left half-way becomes what the engine shows", () => {
	for (const state of ["creating", "starting", "stopping"] as const) {
		expect(truthOf(recorded({ state }), observed("running"))).toMatchObject({ state: "running" });
		expect(truthOf(recorded({ state }), observed("created"))).toMatchObject({ state: "stopped" });
		expect(truthOf(recorded({ state, engineId: null }), null)).toMatchObject({ state: "failed" });
	}
});

test("a container that somebody removed is a failure with a reason", () => {
	expect(truthOf(recorded(), null)).toEqual({ kind: "is", state: "failed", reason: "Its container is gone." });
});
