import { expect, test } from "vitest";
import { announcement, decideRestart, isAnnounced, withoutAnnouncement } from "./restart-policy.ts";

const failed = { exitCode: 3, outOfMemory: false };
const base = { policy: "on-failure", end: failed, tried: 0, upForMs: null } as const;

test("each try waits twice as long, and after the fifth there is none", () => {
	const delays = [0, 1, 2, 3, 4, 5].map((tried) => decideRestart({ ...base, tried }));
	expect(delays.map((decision) => (decision.kind === "again" ? decision.delaySeconds : decision.kind))).toEqual([
		1,
		2,
		4,
		8,
		16,
		"given-up",
	]);
});

test("a machine that was up for a minute begins anew", () => {
	expect(decideRestart({ ...base, tried: 5, upForMs: 60_000 })).toEqual({ kind: "again", delaySeconds: 1, attempt: 1 });
	expect(decideRestart({ ...base, tried: 5, upForMs: 59_999 })).toEqual({ kind: "given-up" });
});

test("only a failure is followed by a try, and only where that is the setting", () => {
	expect(decideRestart({ ...base, end: { exitCode: 0, outOfMemory: false } }).kind).toBe("left");
	expect(decideRestart({ ...base, end: { exitCode: 137, outOfMemory: false } }).kind).toBe("again");
	expect(decideRestart({ ...base, end: { exitCode: 0, outOfMemory: true } }).kind).toBe("again");
	expect(decideRestart({ ...base, policy: "never" }).kind).toBe("left");
});

test("what is announced can be taken back", () => {
	const names = { range: "lab-1", machine: "web" };
	const said = `It ended with code 3.${announcement({ kind: "again", delaySeconds: 4, attempt: 3 }, names)}`;
	expect(said).toBe("It ended with code 3. It is started again in 4 s (try 3 of 5).");
	expect([isAnnounced(said), withoutAnnouncement(said)]).toEqual([true, "It ended with code 3."]);
	const last = announcement({ kind: "given-up" }, names);
	expect(last).toContain("homerange retry lab-1 web");
	expect(isAnnounced(last)).toBe(false);
});
