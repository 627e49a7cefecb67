import { beforeEach, expect, test } from "vitest";
import type { MachineRecord, RangeRecord } from "./record.ts";
import { Restarts } from "./restarts.ts";
import { sampleBlueprint } from "./testing/sample-blueprint.ts";

/** A clock that stands until it is turned. */
class TurnedClock {
	#now = 0;
	#timers: { at: number; run: () => void }[] = [];

	now(): number {
		return this.#now;
	}

	after(ms: number, run: () => void): { cancel(): void } {
		const timer = { at: this.#now + ms, run };
		this.#timers.push(timer);
		return {
			cancel: () => {
				this.#timers = this.#timers.filter((other) => other !== timer);
			},
		};
	}

	/** Turns the clock and lets everything that was due come to its end. */
	async turn(ms: number): Promise<void> {
		this.#now += ms;
		const due = this.#timers.filter(({ at }) => at <= this.#now);
		this.#timers = this.#timers.filter(({ at }) => at > this.#now);
		for (const { run } of due) run();
		await new Promise((resolve) => setImmediate(resolve));
	}
}

let clock: TurnedClock;
let started: number[];
let isBusy: boolean;
let policy: "on-failure" | "never";
let comesUp: boolean;
let range: RangeRecord;
let machine: MachineRecord;
let restarts: Restarts;
const failed = { exitCode: 3, outOfMemory: false };
const end = () => {
	machine.state = "failed";
	machine.reason = restarts.ended(range, machine, failed, "It ended.");
};

beforeEach(() => {
	clock = new TurnedClock();
	[started, isBusy, policy, comesUp] = [[], false, "on-failure", true];
	const blueprint = sampleBlueprint();
	const [spec] = blueprint.machines;
	if (spec === undefined) throw new Error("no machine");
	machine = { id: "r-db", spec, state: "failed", reason: null, wanted: "running", engineId: "c0ffee" };
	range = {
		id: "r",
		name: "shop-1",
		createdAt: "",
		blueprint,
		bridges: new Map(),
		meanwhile: null,
		state: "degraded",
		reason: null,
		wanted: "running",
		interrupted: null,
		profile: null,
		profileReason: null,
		dind: null,
		layers: null,
		machines: [machine],
	};
	restarts = new Restarts({
		clock,
		policy: () => policy,
		isBusy: () => isBusy,
		async start() {
			started.push(clock.now());
			machine.state = comesUp ? "running" : "failed";
			machine.reason = comesUp ? null : "It cannot start.";
		},
		say(_, which, reason) {
			which.reason = reason;
		},
	});
});

test("a machine that ends again and again is started five times, later each time, and then left with what to do", async () => {
	const said: (string | null)[] = [];
	for (const seconds of [1, 2, 4, 8, 16]) {
		end();
		said.push(machine.reason);
		await clock.turn(seconds * 1000 - 1);
		expect(machine.state).toBe("failed");
		await clock.turn(1);
		expect(machine.state).toBe("running");
	}
	end();
	expect(said[2]).toBe("It ended. It is started again in 4 s (try 3 of 5).");
	expect(machine.reason).toContain("homerange retry shop-1 db");
	await clock.turn(3_600_000);
	expect(started).toHaveLength(5);
});

test("a machine that does not even come up counts as ended", async () => {
	comesUp = false;
	end();
	await clock.turn(1000);
	expect(machine.reason).toBe("It cannot start. It is started again in 2 s (try 2 of 5).");
	await clock.turn(2000);
	expect(started).toEqual([1000, 3000]);
});

test("after a minute of being up the tries begin anew", async () => {
	end();
	await clock.turn(1000);
	await clock.turn(60_000);
	end();
	expect(machine.reason).toContain("in 1 s (try 1 of 5)");
});

test("what a person does ends the wait, and nothing is said any more", async () => {
	end();
	restarts.cancel("r", "web");
	expect(machine.reason).toContain("try 1");
	restarts.cancel("r");
	expect(machine.reason).toBe("It ended.");
	await clock.turn(60_000);
	expect(started).toEqual([]);
});

test("a busy range is not disturbed; the try comes after", async () => {
	end();
	isBusy = true;
	await clock.turn(1000);
	expect(started).toEqual([]);
	isBusy = false;
	await clock.turn(1000);
	expect(started).toEqual([2000]);
});

test("a machine that somebody else brought up, or that is not to run, is left alone", async () => {
	end();
	machine.state = "running";
	await clock.turn(1000);
	expect(started).toEqual([]);
	machine.wanted = "stopped";
	end();
	expect(machine.reason).toBe("It ended.");
});

test("the setting counts when the time has come", async () => {
	end();
	policy = "never";
	await clock.turn(1000);
	expect({ started, reason: machine.reason }).toEqual({ started: [], reason: "It ended." });
});

test("what an engine announced before it ended, the next one does", async () => {
	machine.reason = "It ended. It is started again in 16 s (try 5 of 5).";
	restarts.takeOver(range, machine);
	expect(machine.reason).toBe("It ended. It is started again in 1 s (try 1 of 5).");
	await clock.turn(1000);
	expect(started).toEqual([1000]);
});
