import { expect, test } from "vitest";
import type { AuditEvent } from "../../contract/events.ts";
import { defaultSettings } from "../../contract/settings.ts";
import { ChangeBus } from "./change-bus.ts";

const event = (id: number): AuditEvent => ({
	id,
	time: "2026-01-01T00:00:00.000Z",
	severity: "info",
	type: "test",
	actor: "engine",
	subject: { range: null, rangeId: null, machine: null, network: null },
	message: "",
	detail: null,
});

test("a slow reader gets the newest state of each object, once, and every event", async () => {
	const bus = new ChangeBus();
	const reader = bus.subscribe(new AbortController().signal);
	bus.publish({ kind: "settings", settings: { ...defaultSettings, concurrency: 1 } });
	bus.publish({ kind: "event", event: event(1) });
	bus.publish({ kind: "taskGone", taskId: "a" });
	bus.publish({ kind: "settings", settings: { ...defaultSettings, concurrency: 2 } });
	bus.publish({ kind: "event", event: event(2) });
	bus.close();
	const read = await Array.fromAsync(reader);
	expect(read).toEqual([
		{ kind: "settings", settings: { ...defaultSettings, concurrency: 2 } },
		{ kind: "event", event: event(1) },
		{ kind: "taskGone", taskId: "a" },
		{ kind: "event", event: event(2) },
	]);
});

test("waiting events are bounded: the oldest go", async () => {
	const bus = new ChangeBus();
	const reader = bus.subscribe(new AbortController().signal);
	for (let id = 1; id <= 1500; id++) bus.publish({ kind: "event", event: event(id) });
	bus.close();
	const read = await Array.fromAsync(reader);
	expect(read.length).toBe(1000);
	expect(read.at(0)).toEqual({ kind: "event", event: event(501) });
	expect(read.at(-1)).toEqual({ kind: "event", event: event(1500) });
});

test("an abort ends the stream of a reader that waits, and frees its queue", async () => {
	const bus = new ChangeBus();
	const abort = new AbortController();
	const next = bus.subscribe(abort.signal).next();
	expect(bus.watchers).toBe(1);
	abort.abort();
	expect(await next).toEqual({ done: true, value: undefined });
	expect(bus.watchers).toBe(0);
});
