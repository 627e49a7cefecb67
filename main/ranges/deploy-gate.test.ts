import { expect, test } from "vitest";
import { DeployGate } from "./deploy-gate.ts";

const never = new AbortController().signal;

test("lets in as many as there may be, the others in their order", async () => {
	const gate = new DeployGate(() => 2);
	const seen: string[] = [];
	const leave = await Promise.all([gate.enter(never), gate.enter(never)]);
	const enter = async (name: string) => {
		const out = await gate.enter(never);
		seen.push(name);
		return out;
	};
	const third = enter("third");
	const fourth = enter("fourth");
	expect(gate.waiting).toBe(2);
	leave[0]?.();
	// Leaving twice gives no second place.
	leave[0]?.();
	const out = await third;
	expect(seen).toEqual(["third"]);
	out();
	(await fourth)();
	leave[1]?.();
	expect(seen).toEqual(["third", "fourth"]);
	(await gate.enter(never))();
});

test("who is cancelled while waiting gives up the place in the line", async () => {
	const gate = new DeployGate(() => 1);
	const leave = await gate.enter(never);
	const cancel = new AbortController();
	const cancelled = gate.enter(cancel.signal);
	const last = gate.enter(never);
	cancel.abort(new Error("cancelled"));
	await expect(cancelled).rejects.toThrow("cancelled");
	leave();
	(await last)();
	expect(gate.waiting).toBe(0);
	await expect(gate.enter(cancel.signal)).rejects.toThrow("cancelled");
});

test("more may come in when the machine has become a larger one", async () => {
	let most = 1;
	const gate = new DeployGate(() => most);
	const leave = await gate.enter(never);
	const waiting = [gate.enter(never), gate.enter(never), gate.enter(never)];
	most = 3;
	leave();
	const inside = await Promise.all(waiting);
	expect(inside).toHaveLength(3);
});
