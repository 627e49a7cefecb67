import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rangeDetail } from "../../contract/ranges.ts";
import { ChangeBus } from "../changes/change-bus.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { type NewRange, RangeStore } from "./store.ts";
import { sampleBlueprint } from "./testing/sample-blueprint.ts";

let folder = "";
let db: Database;
let bus: ChangeBus;
const open = () => new RangeStore(db, bus, () => null);
const wanted = (over: Partial<NewRange> = {}): NewRange => ({
	blueprint: sampleBlueprint(),
	sources: new Map([["web/index.html", Buffer.from([0, 255, 10])]]),
	text: "blueprint: 1",
	file: "shop.yaml",
	name: null,
	copies: 1,
	...over,
});

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-store-"));
	db = openDatabase(folder);
	bus = new ChangeBus();
});
afterEach(() => {
	db.close();
	rmSync(folder, { recursive: true });
});

describe("names", () => {
	test("are the blueprint's with the lowest free numbers", () => {
		const store = open();
		expect(store.add(wanted({ copies: 3 })).map((range) => range.name)).toEqual(["shop-1", "shop-2", "shop-3"]);
		store.remove(store.get("shop-2"));
		expect(store.nextName("shop", null)).toBe("shop-2");
		expect(store.add(wanted({ copies: 2 })).map((range) => range.name)).toEqual(["shop-2", "shop-4"]);
	});

	test("are exact when asked for, once", () => {
		const store = open();
		expect(store.add(wanted({ name: "mine" }))[0]?.name).toBe("mine");
		expect(() => store.add(wanted({ name: "mine" }))).toThrow("There is a range mine already.");
		expect(() => store.add(wanted({ name: "two", copies: 2 }))).toThrow("several copies");
	});
});

test("what was recorded is what the next engine reads", () => {
	const first = open();
	const [range] = first.add(wanted());
	if (range === undefined) throw new Error("no range");
	const [dbMachine] = range.machines;
	first.update(range, { state: "degraded", reason: "db failed", profile: "privileged", profileReason: "asked for" });
	if (dbMachine) first.updateMachine(range, dbMachine, { state: "failed", reason: "exit 3", engineId: "c0ffee" });
	first.journal(range.id, "task", "create:db", "begun");
	first.journal(range.id, "task", "create:web", "begun");
	first.journal(range.id, "task", "create:web", "done");

	const second = open();
	expect(second.get(range.id)).toEqual(range);
	expect(second.detail("shop-1")).toEqual(first.detail("shop-1"));
	expect(second.openSteps(range.id)).toEqual(["create:db"]);
	expect(second.fileSources(range.id).get("web/index.html")).toEqual(Buffer.from([0, 255, 10]));
});

test("a detail is what the contract says, in the blueprint's order", () => {
	const store = open();
	store.add(wanted());
	const detail = store.detail("shop-1");
	expect(rangeDetail.parse(detail)).toEqual(detail);
	expect(detail.machines).toMatchObject([
		{ name: "db", consoles: ["shell"], dependsOn: [] },
		{ name: "web", consoles: ["shell", "vnc"], dependsOn: ["db"], nics: [{ network: "lan" }, { isDefault: true }] },
	]);
	expect(store.summaries()[0]?.counts).toEqual({ networks: 2, machines: 2, machinesUp: 0, machinesFailed: 0 });
});

test("watchers hear of a range once for all changes of a turn, and of its end", async () => {
	const store = open();
	const stop = new AbortController();
	const changes = bus.subscribe(stop.signal);
	const [range] = store.add(wanted());
	if (range === undefined) throw new Error("no range");
	store.update(range, { state: "running" });
	const first = await changes.next();
	expect(first.value).toMatchObject({ kind: "range", range: { name: "shop-1", state: "running" } });
	store.remove(range);
	expect((await changes.next()).value).toEqual({ kind: "rangeGone", rangeId: range.id });
	stop.abort();
});

test("a replaced blueprint keeps the records and bridges of what stays, and is what the next engine reads", () => {
	const store = open();
	const [range] = store.add(wanted());
	const [dbMachine, web] = range?.machines ?? [];
	if (range === undefined || dbMachine === undefined || web === undefined) throw new Error("no range");
	store.updateMachine(range, dbMachine, { state: "running", engineId: "c0ffee" });
	store.updateMachine(range, web, { state: "running", engineId: "badcafe", wanted: "stopped" });
	const [lan, dmz] = range.blueprint.networks;
	if (lan === undefined || dmz === undefined) throw new Error("no networks");
	const blueprint = {
		...sampleBlueprint(),
		sha256: "new",
		networks: [{ ...lan, name: "first", subnet: "10.0.9.0/24" }, lan, dmz],
	};
	const meanwhile = { networks: [dmz], routes: [] };
	const sources = new Map([["other", Buffer.from("x")]]);
	const content = { text: "new", file: "new.yaml", sources, meanwhile };
	const remade = { recreatedMachines: new Set(["web"]), recreatedNetworks: new Set(["lan"]) };
	store.replace(range, { blueprint, ...content, ...remade });

	expect(Object.fromEntries(range.bridges)).toEqual({ first: "hr2", lan: "hr3", dmz: "hr1" });
	expect(range.machines[0]).toBe(dbMachine);
	expect(range.machines).toMatchObject([
		{ state: "running", engineId: "c0ffee" },
		{ state: "creating", engineId: null, wanted: "stopped" },
	]);
	expect(open().get(range.id)).toEqual(range);
	expect(range).toMatchObject({ interrupted: "update", meanwhile });
	store.openTraffic(range);
	const next = open();
	expect(next.get(range.id)).toEqual(range);
	expect(next.get(range.id).meanwhile).toBeNull();
	expect(next.fileSources(range.id).get("other")).toEqual(Buffer.from("x"));
});
