import { describe, expect, it } from "vitest";
import type { Change } from "../../contract/changes.ts";
import type { AuditEvent } from "../../contract/events.ts";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import { defaultSettings } from "../../contract/settings.ts";
import { initialEngine, reduceEngine } from "./engine.ts";
import { eventLimit, filterEvents, initialEvents, prependEvents, reduceEvents } from "./events.ts";
import { findRange, initialRanges, reduceRanges } from "./ranges.ts";
import { reduceSettings } from "./settings.ts";

const machine = (name: string, state: Machine["state"]): Machine => ({
	id: name,
	name,
	hostname: name,
	role: "machine",
	provider: "docker",
	state,
	engineId: null,
	reason: null,
	source: { kind: "template", name: "busybox" },
	image: "homerange/busybox:1",
	nics: [],
	consoles: ["shell"],
	dependsOn: [],
	cpus: null,
	memoryBytes: null,
	diskBytes: null,
	labels: {},
});

const range = (id: string, createdAt: string, machines: Machine[] = []): RangeDetail => ({
	id,
	name: `range-${id}`,
	state: "running",
	reason: null,
	blueprint: { name: "tiny", title: null, sha256: "" },
	dind: null,
	createdAt,
	taskId: null,
	interrupted: null,
	networks: [],
	routes: [],
	layers: null,
	machines,
	limits: { cpus: 1, memoryBytes: 1, diskBytes: null },
});

const event = (id: number, more: Partial<AuditEvent> = {}): AuditEvent => ({
	id,
	time: "2026-01-01T00:00:00Z",
	severity: "info",
	type: "machine.ready",
	actor: "docker",
	subject: { range: null, rangeId: null, machine: null, network: null },
	message: `event ${id}`,
	detail: null,
	...more,
});

const snapshot = (ranges: RangeDetail[], events: AuditEvent[] = []): Change => ({
	kind: "snapshot",
	host: { version: "1", pid: 1, kind: "app", dataFolder: "/", startedAt: "2026-01-01T00:00:00Z" },
	ranges,
	tasks: [],
	engine: { state: "connected", chosen: null, candidates: [], facts: null },
	settings: defaultSettings,
	hypervisor: {
		state: "idle",
		uri: null,
		libvirtVersion: null,
		qemuVersion: null,
		reason: null,
		remedy: null,
		host: null,
	},
	vms: [],
	events,
});

describe("reduceRanges", () => {
	it("is loaded by the snapshot, even an empty one", () => {
		expect(initialRanges.isLoaded).toBe(false);
		expect(reduceRanges(initialRanges, [snapshot([])])).toEqual({ isLoaded: true, list: [] });
	});

	it("keeps the newest range first and finds it by id or name", () => {
		const state = reduceRanges(initialRanges, [snapshot([range("a", "2026-01-01"), range("b", "2026-01-02")])]);
		expect(state.list.map((one) => one.id)).toEqual(["b", "a"]);
		expect(findRange(state.list, "a")?.id).toBe("a");
		expect(findRange(state.list, "range-b")?.id).toBe("b");
		expect(findRange(state.list, "c")).toBeNull();
	});

	it("keeps the very objects of machines that did not change", () => {
		const before = reduceRanges(initialRanges, [
			snapshot([range("a", "2026-01-01", [machine("web", "ready"), machine("db", "ready")])]),
		]);
		const after = reduceRanges(before, [
			{ kind: "range", range: range("a", "2026-01-01", [machine("web", "ready"), machine("db", "failed")]) },
		]);
		expect(after.list[0]?.machines[0]).toBe(before.list[0]?.machines[0]);
		expect(after.list[0]?.machines[1]?.state).toBe("failed");
	});

	it("gives the same state when a change says nothing new, so that nothing is drawn", () => {
		const before = reduceRanges(initialRanges, [snapshot([range("a", "2026-01-01", [machine("web", "ready")])])]);
		const again: Change = { kind: "range", range: range("a", "2026-01-01", [machine("web", "ready")]) };
		expect(reduceRanges(before, [again])).toBe(before);
		expect(reduceRanges(before, [{ kind: "rangeGone", rangeId: "unknown" }])).toBe(before);
	});

	it("forgets what a later snapshot does not have", () => {
		const before = reduceRanges(initialRanges, [snapshot([range("a", "2026-01-01")])]);
		expect(reduceRanges(before, [snapshot([])]).list).toEqual([]);
		expect(reduceRanges(before, [{ kind: "rangeGone", rangeId: "a" }]).list).toEqual([]);
	});
});

describe("reduceEvents", () => {
	it("appends in order and takes no event twice", () => {
		const before = reduceEvents(initialEvents, [snapshot([], [event(1), event(2)])]);
		const after = reduceEvents(before, [
			{ kind: "event", event: event(2) },
			{ kind: "event", event: event(3) },
		]);
		expect(after.list.map((one) => one.id)).toEqual([1, 2, 3]);
		expect(after.isComplete).toBe(true);
	});

	it("holds no more than its limit, and then knows that there is more", () => {
		const before = reduceEvents(initialEvents, [snapshot([], [event(1)])]);
		const flood = Array.from({ length: eventLimit + 5 }, (_, at): Change => ({ kind: "event", event: event(at + 2) }));
		const after = reduceEvents(before, flood);
		expect(after.list).toHaveLength(eventLimit);
		expect(after.list.at(-1)?.id).toBe(eventLimit + 6);
		expect(after.isComplete).toBe(false);
	});

	it("puts an older page before the rest, whatever its order", () => {
		const state = prependEvents({ list: [event(10)], isComplete: false }, [event(9), event(8), event(10)], 3);
		expect(state.list.map((one) => one.id)).toEqual([8, 9, 10]);
		expect(state.isComplete).toBe(false);
		expect(prependEvents(state, [], 3).isComplete).toBe(true);
	});
});

describe("filterEvents", () => {
	const list = [
		event(1, { severity: "info", subject: { range: "shop-1", rangeId: "a", machine: "web", network: null } }),
		event(2, {
			severity: "error",
			message: "Machine db failed",
			subject: { range: "shop-2", rangeId: "b", machine: "db", network: null },
		}),
		event(3, { severity: "critical" }),
	];
	const all = { severity: "info", range: "", text: "" } as const;
	const ids = (events: AuditEvent[]): number[] => events.map((one) => one.id);

	it("lets this severity and worse through", () => {
		expect(ids(filterEvents(list, { ...all, severity: "error" }))).toEqual([2, 3]);
	});

	it("finds a range by id or name, and text in message, type and subject", () => {
		expect(ids(filterEvents(list, { ...all, range: "a" }))).toEqual([1]);
		expect(ids(filterEvents(list, { ...all, range: "shop-2" }))).toEqual([2]);
		expect(ids(filterEvents(list, { ...all, text: "DB " }))).toEqual([2]);
		expect(ids(filterEvents(list, { ...all, text: "shop" }))).toEqual([1, 2]);
	});
});

describe("reduceEngine and reduceSettings", () => {
	it("live with the snapshot and follow the engine", () => {
		const lost = { ...initialEngine, stream: "lost" as const };
		const live = reduceEngine(lost, [snapshot([])]);
		expect(live).toMatchObject({ stream: "live", error: null, docker: { state: "connected" } });
		const gone = reduceEngine(live, [
			{ kind: "engine", engine: { state: "unreachable", chosen: null, candidates: [], facts: null } },
		]);
		expect(gone.docker?.state).toBe("unreachable");
	});

	it("keep the same settings object while nothing changed", () => {
		const before = reduceSettings({ settings: null }, [snapshot([])]);
		expect(reduceSettings(before, [{ kind: "settings", settings: { ...defaultSettings } }])).toBe(before);
		expect(reduceSettings(before, [{ kind: "settings", settings: { ...defaultSettings, theme: "dark" } }])).not.toBe(
			before,
		);
	});
});
