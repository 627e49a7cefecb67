import { describe, expect, test } from "vitest";
import { deriveRangeState, operationOf, type RangeFacts, stateDuring } from "./states.ts";

const machine = (name: string, over: Partial<RangeFacts["machines"][number]> = {}): RangeFacts["machines"][number] => ({
	name,
	state: "ready",
	wanted: "running",
	reason: null,
	...over,
});
const facts = (over: Partial<RangeFacts> = {}): RangeFacts => ({
	wanted: "running",
	container: "running",
	machines: [machine("web"), machine("db", { state: "running" })],
	...over,
});

describe("deriveRangeState", () => {
	test("is running only when every machine is as wanted", () => {
		expect(deriveRangeState(facts())).toEqual({ state: "running", reason: null });
		const stopped = machine("db", { state: "stopped" });
		expect(deriveRangeState(facts({ machines: [machine("web"), stopped] })).state).toBe("degraded");
	});

	test("a machine that was stopped on purpose does not degrade the range", () => {
		const stopped = machine("db", { state: "stopped", wanted: "stopped" });
		expect(deriveRangeState(facts({ machines: [machine("web"), stopped] })).state).toBe("running");
	});

	test("a machine that is up with a reason degrades the range and is named", () => {
		const limping = machine("db", { state: "running", reason: "not ready" });
		expect(deriveRangeState(facts({ machines: [machine("web"), limping] }))).toEqual({
			state: "degraded",
			reason: "db is not as wanted.",
		});
	});

	test("a container that ended is a failure unless the range is wanted stopped", () => {
		expect(deriveRangeState(facts({ container: "stopped" })).state).toBe("failed");
		expect(deriveRangeState(facts({ container: "stopped", wanted: "stopped" })).state).toBe("stopped");
		expect(deriveRangeState(facts({ container: "absent", wanted: "stopped" })).state).toBe("failed");
	});
});

test("every state that an operation shows leads back to an operation that can be continued", () => {
	for (const operation of ["deploy", "start", "stop", "destroy"] as const) {
		const state = stateDuring(operation);
		expect(state && operationOf(state)).toBe(operation);
	}
});
