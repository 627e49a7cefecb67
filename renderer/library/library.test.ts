import { describe, expect, it } from "vitest";
import type { MachineDefaults, RangeSnapshot, Snapshot, Template } from "../../contract/library.ts";
import { snapshotEntries, templateEntries } from "./entries.ts";
import { filterChoices, filterEntries, noFilter, sortEntries } from "./filter-entries.ts";
import { snapshotLineage, templateLineage } from "./lineage.ts";

const defaults: MachineDefaults = {
	cpus: null,
	memoryBytes: null,
	diskBytes: null,
	consoles: ["shell"],
	vncPort: null,
	serial: false,
	command: null,
	environment: {},
	ports: [],
	readiness: null,
};

const template = (name: string, more: Partial<Template> = {}): Template => ({
	...defaults,
	name,
	title: `Title of ${name}`,
	description: "",
	os: "linux",
	kind: "container",
	provider: "docker",
	image: `homerange/${name}:1`,
	display: "headless",
	architecture: "both",
	icon: null,
	tags: [],
	shipped: true,
	users: [],
	...more,
});

const snapshot = (id: string, parent: string | null, more: Partial<Snapshot> = {}): Snapshot => ({
	id,
	name: `snap-${id}`,
	description: "",
	tags: [],
	provider: "docker",
	image: `image-of-${id}`,
	imageId: "sha256:0",
	present: true,
	sizeBytes: 30,
	ownBytes: 10,
	sharedBytes: 20,
	source: {
		machine: "web",
		range: "lab",
		kind: parent === null ? "template" : "snapshot",
		name: parent === null ? "router-os" : `snap-${parent}`,
		image: "homerange/router-os:1",
	},
	parent: parent === null ? null : { id: parent, name: `snap-${parent}` },
	children: [],
	rangeSnapshot: null,
	defaults,
	createdAt: "2026-01-01T00:00:00Z",
	users: [],
	...more,
});

const whole: RangeSnapshot = {
	id: "r",
	name: "monday",
	description: "Before the exercise",
	range: { id: "1", name: "lab" },
	blueprint: { name: "two-tier", title: null },
	machines: [{ name: "web", snapshot: { id: "a", name: "monday/web" }, sizeBytes: 3, ownBytes: 1 }],
	networks: [],
	routes: [],
	sizeBytes: 3,
	ownBytes: 1,
	sharedBytes: 2,
	createdAt: "2026-01-03T00:00:00Z",
	users: [],
};

const content = {
	templates: [template("router-os", { os: "network", tags: ["lab"] }), template("web")],
	snapshots: [
		snapshot("a", null),
		snapshot("b", "a", { tags: ["clean"], createdAt: "2026-01-02T00:00:00Z", ownBytes: 99 }),
		snapshot("c", "b"),
		snapshot("d", "a"),
	],
	rangeSnapshots: [whole],
};
const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

describe("entries of the library", () => {
	it("know their system by the template at the root of their line", () => {
		expect(snapshotEntries(content).map(({ os }) => os)).toEqual([null, "network", "network", "network", "network"]);
	});

	it("end a line that goes in a circle", () => {
		const circle = [snapshot("a", "b"), snapshot("b", "a")];
		expect(snapshotEntries({ ...content, snapshots: circle }).map(({ os }) => os)).toEqual([null, null, null]);
	});
});

describe("filterEntries", () => {
	const entries = snapshotEntries(content);

	it("finds by name, origin, description, tag and the names of a range's machines", () => {
		const found = (text: string) => names(filterEntries(entries, { ...noFilter, text }));
		expect(found("SNAP-C")).toEqual(["snap-c"]);
		expect(found("before the")).toEqual(["monday"]);
		expect(found("clean")).toEqual(["snap-b"]);
		expect(found("two-tier")).toEqual(["monday"]);
		expect(found("nowhere")).toEqual([]);
	});

	it("filters by system, kind and tag together", () => {
		expect(names(filterEntries(entries, { ...noFilter, kind: "range" }))).toEqual(["monday"]);
		expect(names(filterEntries(entries, { ...noFilter, os: "network", tag: "clean" }))).toEqual(["snap-b"]);
		expect(filterEntries(entries, { ...noFilter, os: "network", kind: "range" })).toEqual([]);
		expect(names(filterEntries(templateEntries(content), { ...noFilter, os: "linux" }))).toEqual(["web"]);
	});

	it("offers only what there is", () => {
		expect(filterChoices(entries)).toEqual({ os: ["network"], kinds: ["container", "range"], tags: ["clean"] });
	});
});

describe("sortEntries", () => {
	it("puts equal ones in the order of their names", () => {
		const entries = snapshotEntries(content).toReversed();
		expect(names(sortEntries(entries, "name"))).toEqual(["monday", "snap-a", "snap-b", "snap-c", "snap-d"]);
		expect(names(sortEntries(entries, "newest"))).toEqual(["monday", "snap-b", "snap-a", "snap-c", "snap-d"]);
		expect(names(sortEntries(entries, "largest"))[0]).toBe("snap-b");
	});
});

describe("lineage", () => {
	const snap = (id: string, ...children: object[]) => ({ kind: "snapshot", id, name: `snap-${id}`, children });

	it("leads from the template down the line, and on to everything that came from the snapshot", () => {
		const [, b] = content.snapshots;
		if (b === undefined) throw new Error("no snapshot b");
		expect(snapshotLineage(b, content.snapshots)).toEqual({
			kind: "template",
			id: "router-os",
			name: "router-os",
			children: [snap("a", snap("b", snap("c")))],
		});
	});

	it("shows of a template all that came from it", () => {
		expect(templateLineage("router-os", content.snapshots).children).toEqual([
			snap("a", snap("b", snap("c")), snap("d")),
		]);
		expect(templateLineage("web", content.snapshots).children).toEqual([]);
	});

	it("ends where the snapshots go in a circle", () => {
		const circle = [snapshot("a", "b"), snapshot("b", "a")];
		const [a] = circle;
		if (a === undefined) throw new Error("no snapshot a");
		expect(() => snapshotLineage(a, circle)).not.toThrow();
	});

	it("shows a parent that is gone by its name", () => {
		const orphan = snapshot("z", "gone");
		expect(snapshotLineage(orphan, [orphan])).toMatchObject({ kind: "image", name: "snap-gone" });
	});
});
