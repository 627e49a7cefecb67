import { describe, expect, test } from "vitest";
import { type Snapshot, snapshot as snapshotSchema, template as templateSchema } from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { treeOf, treeText } from "../cli/terminal/library-tree.ts";
import type { Disk } from "../images/disks/disk-pool.ts";
import { templateUsers, usersInWords } from "../library/users.ts";
import { sampleBlueprint } from "../ranges/testing/sample-blueprint.ts";
import { ownBytes } from "./bring-images.ts";
import { describeRangeSnapshot, describeSnapshot } from "./describe.ts";
import { snapshotDisk, snapshotFile } from "./snapshot-disk.ts";
import { defaultsOf, savedBlueprint } from "./snapshot-record.ts";
import type { RangeSnapshotRecord, SnapshotRecord } from "./snapshot-store.ts";
import { openTestStore } from "./testing/open-store.ts";

const [spec] = sampleBlueprint().machines;
if (spec === undefined) throw new Error("the sample has no machine");
const record = (id: string, patch: Partial<SnapshotRecord> = {}): SnapshotRecord => ({
	id,
	name: `name-${id}`,
	description: "",
	tags: [],
	provider: "docker",
	image: `homerange/snapshot:${id}`,
	imageId: `sha256:${id}`,
	sizeBytes: 100,
	ownBytes: 10,
	defaults: defaultsOf(spec, ["80/tcp", "odd", "53/udp"]),
	sourceMachine: "web",
	sourceRange: "shop-1",
	source: { kind: "template", name: "debian-web", image: "homerange/web:1" },
	parentId: null,
	rangeSnapshotId: null,
	createdAt: `2026-01-01T00:00:0${id.length}.000Z`,
	...patch,
});
const range = (name: string, image: string, kind: "snapshot" | "template" = "snapshot"): RangeDetail =>
	({
		id: `id-${name}`,
		name,
		machines: [{ name: "web", image, source: { kind, name: "debian-web" } }],
	}) as unknown as RangeDetail;

test("defaults are the machine's, with the ports that its image says", () => {
	expect(defaultsOf(spec, ["80/tcp", "odd", "53/udp"])).toMatchObject({
		ports: ["80/tcp", "53/udp"],
		memoryBytes: 64 * 1024 ** 2,
		consoles: ["shell"],
	});
	expect(defaultsOf(spec, [])).not.toHaveProperty("os");
	expect(defaultsOf({ ...spec, os: "windows" }, [])).toMatchObject({ os: "windows" });
});

test("what an image adds is what the one below it has not", () => {
	const base = { layers: ["a", "b"], sizeBytes: 50 };
	expect(ownBytes({ layers: ["a", "b", "c"], sizeBytes: 70 }, base)).toBe(20);
	expect(ownBytes({ layers: ["a", "x", "c"], sizeBytes: 70 }, base)).toBe(70);
	expect(ownBytes({ layers: ["a"], sizeBytes: 70 }, null)).toBe(70);
});

test("a saved blueprint starts each machine from its own disk, and puts no file into it again", () => {
	const blueprint = sampleBlueprint();
	const withFile = blueprint.machines.map((one) => ({
		...one,
		files: [{ path: "/a", mode: 0o644, content: "a", source: null }],
	}));
	const parts = ["db", "web"].map((name) => record(name, { name: `monday/${name}`, sourceMachine: name }));
	const saved = savedBlueprint({ ...blueprint, machines: withFile }, parts);
	expect(saved.machines.map(({ image, source, files }) => ({ image, source, files }))).toEqual([
		{ image: "homerange/snapshot:db", source: { kind: "snapshot", name: "monday/db" }, files: [] },
		{ image: "homerange/snapshot:web", source: { kind: "snapshot", name: "monday/web" }, files: [] },
	]);
	expect(saved.networks).toEqual(blueprint.networks);
	expect(saved.machines.map(({ nics, command }) => ({ nics, command }))).toEqual(
		blueprint.machines.map(({ nics, command }) => ({ nics, command })),
	);
});

describe("the store", () => {
	const whole: RangeSnapshotRecord = {
		id: "whole",
		name: "monday",
		description: "",
		rangeId: "r",
		rangeName: "shop-1",
		blueprintText: "blueprint: 1",
		blueprintFile: "shop.yaml",
		blueprint: sampleBlueprint(),
		createdAt: "2026-01-01T00:00:00.000Z",
	};

	test("keeps what it was given over a restart, and forgets a range's snapshot with its parts", () => {
		using t = openTestStore();
		const parts = [
			record("a", { name: "monday/web", rangeSnapshotId: "whole", tags: ["x"] }),
			record("bb", { name: "monday/db", sourceMachine: "db", rangeSnapshotId: "whole", parentId: "a" }),
		];
		t.store().add(parts, whole);
		t.store().add([record("ccc")]);
		t.reopen();
		expect(t.store().all()).toEqual([...parts, record("ccc")]);
		expect(t.store().ranges()).toEqual([whole]);
		expect(t.store().source("monday/web")).toMatchObject({ image: "homerange/snapshot:a" });
		t.store().removeRange(t.store().getRange("monday"));
		expect(t.store().names()).toEqual(["name-ccc"]);
		t.reopen();
		expect(t.store().names()).toEqual(["name-ccc"]);
		expect(t.store().ranges()).toEqual([]);
	});

	test("gives a name once: to what is there, to what is under way, to machines and ranges alike", () => {
		using t = openTestStore();
		t.store().add([record("a", { rangeSnapshotId: "whole" })], whole);
		const taken = { code: "NAME_TAKEN" };
		expect(() => t.store().reserve("monday")).toThrow(expect.objectContaining(taken));
		expect(() => t.store().reserve("name-a")).toThrow(expect.objectContaining(taken));
		const release = t.store().reserve("free");
		expect(() => t.store().reserve("free")).toThrow(expect.objectContaining(taken));
		release();
		t.store().reserve("free")();
	});

	test("has the disk of a VM's snapshot as long as the snapshot itself, and no other's", () => {
		using t = openTestStore();
		const disk = (id: string): Disk => ({
			...{ name: snapshotDisk(id), file: snapshotFile(id), format: "qcow2", sizeBytes: 1, virtualBytes: 512 },
			...{ sha256: id, origin: "x", createdAt: "", lastUsed: "" },
		});
		const vm = (id: string, patch: Partial<SnapshotRecord> = {}) =>
			record(id, { provider: "libvirt", image: snapshotDisk(id), ...patch });
		const names = () =>
			t
				.disks()
				.list()
				.map(({ name }) => name);
		t.disks().add({ ...disk("x"), name: "debian" });
		t.store().add([vm("a", { rangeSnapshotId: "whole" }), record("bb", { rangeSnapshotId: "whole" })], whole, [
			disk("a"),
		]);
		t.store().add([vm("ccc")], null, [disk("ccc")]);
		expect(names()).toEqual(["debian", "snapshot-a", "snapshot-ccc"]);
		// One that cannot be recorded leaves no disk.
		expect(() => t.store().add([vm("d", { name: "name-a" })], null, [disk("d")])).toThrow();
		t.store().remove(t.store().get("ccc"));
		t.store().removeRange(whole);
		expect(names()).toEqual(["debian"]);
	});

	test("writes all parts of a range's snapshot or none", () => {
		using t = openTestStore();
		t.store().add([record("a")]);
		expect(() => t.store().add([record("b"), record("c", { name: "name-a" })], whole)).toThrow();
		expect(t.store().names()).toEqual(["name-a"]);
		t.reopen();
		expect(t.store().names()).toEqual(["name-a"]);
		expect(t.store().ranges()).toEqual([]);
	});

	test("tells lineage and users, by the image and not by the name", () => {
		using t = openTestStore();
		const [first, second] = [
			record("a"),
			record("bb", { parentId: "a", source: { kind: "snapshot", name: "old", image: "x" } }),
		];
		t.store().add([first, second]);
		const ranges = [
			range("lab-1", first.image),
			range("lab-2", "other:1"),
			range("lab-3", "homerange/web:1", "template"),
		];
		const described = describeSnapshot(first, t.store(), ranges, ({ id }) => id === "bb");
		expect(snapshotSchema.strict().parse(described)).toEqual(described);
		expect(described).toMatchObject({
			children: [{ id: "bb", name: "name-bb" }],
			present: false,
			sharedBytes: 90,
			users: [
				{ kind: "range", name: "lab-1", machine: "web" },
				{ kind: "snapshot", name: "name-bb" },
			],
		});
		expect(describeSnapshot(second, t.store(), ranges, () => null)).toMatchObject({
			parent: { id: "a" },
			present: null,
		});
		expect(usersInWords(described.users)).toBe("web of lab-1 and the snapshot name-bb");
		expect(templateUsers("debian-web", ranges, t.store().all()).map(({ name }) => name)).toEqual(["lab-3", "name-a"]);
	});

	test("does not count a range's own parts among who stands on it", () => {
		using t = openTestStore();
		t.store().add(
			[record("a", { rangeSnapshotId: "whole" }), record("bb", { rangeSnapshotId: "whole", parentId: "a" })],
			whole,
		);
		expect(describeRangeSnapshot(whole, t.store(), [])).toMatchObject({ sizeBytes: 200, ownBytes: 20, users: [] });
		t.store().add([record("ccc", { parentId: "a" })]);
		expect(describeRangeSnapshot(whole, t.store(), []).users).toMatchObject([{ name: "name-ccc" }]);
	});

	test("draws what came from what", () => {
		using t = openTestStore();
		t.store().add([
			record("a"),
			record("bb", { parentId: "a" }),
			record("ccc", { parentId: "bb" }),
			record("dddd", { source: { kind: "image", name: "x:1", image: "x:1" } }),
		]);
		const all: Snapshot[] = t
			.store()
			.all()
			.map((one) => describeSnapshot(one, t.store(), [], () => null));
		const web = templateSchema.parse({
			...defaultsOf(spec, []),
			...{ name: "debian-web", title: "Web", description: "", os: "linux", kind: "container", provider: "docker" },
			...{ image: "homerange/web:1", display: "headless", architecture: "both", icon: null, tags: [] },
			...{ shipped: true, users: [] },
		});
		expect(treeText(treeOf([web], all))).toBe(
			[
				"debian-web (template)",
				"└─ name-a, 10 B of its own",
				"   └─ name-bb, 10 B of its own",
				"      └─ name-ccc, 10 B of its own",
				"x:1 (image)",
				"└─ name-dddd, 10 B of its own",
			].join("\n"),
		);
	});
});
