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
