import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createTemplateLookup, loadTemplates, parseBlueprint, parseTemplate } from "../blueprint/index.ts";
import { ChangeBus } from "../changes/change-bus.ts";
import { openDatabase } from "../db/open.ts";
import { TemplateStore } from "../library/template-store.ts";
import { silentLog } from "../log.ts";
import type { RangeSnapshotRecord, SnapshotRecord } from "../snapshots/index.ts";
import { SnapshotStore } from "../snapshots/index.ts";
import { snapshotImage } from "../snapshots/snapshot-image.ts";
import { defaultsOf, savedBlueprint } from "../snapshots/snapshot-record.ts";
import { bundleLibrary } from "./bundle-library.ts";
import { BundleReader } from "./bundle-reader.ts";
import { checkContents } from "./check-contents.ts";
import type { CarriedRangeSnapshot } from "./deps.ts";
import { names } from "./format.ts";
import { gatherRangeSnapshots } from "./gather-range-snapshots.ts";
import { readSnapshot } from "./snapshot-document.ts";
import { emptyHead, type MadeImage, writeTestBundle } from "./testing/saved-stream.ts";
import { VerifiedEntries } from "./verified-entries.ts";
import { verifyBundle } from "./verify-bundle.ts";
import type { ManifestHead } from "./write-bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "homerange-range-snapshots-"));
const held: (() => unknown)[] = [];
afterAll(() => {
	for (const close of held.reverse()) close();
	rmSync(folder, { recursive: true });
});

const templates = join(import.meta.dirname, "..", "..", "templates");
/** A VM in a container: its kind decides what its container gets, and no blueprint can say it. */
const guest = `
template: 1
name: guest
title: A guest
os: windows
kind: windows-vm
provider: docker
image: homerange/qemu:1
cpus: 2
memory: 1GiB
disk: 8GiB
console: { vnc: 5900 }
`;
const { template } = parseTemplate(guest, "guest.yaml");
const shipped = createTemplateLookup([
	...(await loadTemplates(join(templates, "machines"))),
	...(template === null ? [] : [template]),
]);
const imageId = `sha256:${"a".repeat(64)}`;

const lab = `
blueprint: 1
name: lab
title: "A lab: with \\u2028 and 'quotes'"
tags: [one, "2"]
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24, gateway: 10.0.2.200 }
  cell: { subnet: 10.0.3.0/28, isolated: true }
routes: [{ from: lan, to: dmz, ports: [80/tcp, icmp] }, { from: dmz, to: lan }]
router: { image: "homerange/router:1" }
machines:
  web:
    image: homerange/busybox:1
    nics: [{ network: dmz, mac: "02:42:0A:00:02:AA" }, { network: cell, default: true }]
    cpus: 0.5
    memory: 64MiB
    command: [sh, -c, "echo '\${x}' # no comment"]
    environment: { PORT: 8080, "A.B": "true" }
    post_boot: ["touch /x"]
    ready: { http: "80/health?x=1", timeout: 1500ms }
    console: { vnc: 5900 }
    labels: { tier: "1.10" }
  client: { image: "homerange/busybox:1", hostname: desk.lab, nics: [{ network: lan }], depends_on: { web: ready } }
limits: { cpus: 1.5, memory: 512MiB, disk: 3GiB }
`;

/** A snapshot of a range of this blueprint, as it is taken. */
function saved(name: string, text = lab) {
	const { blueprint, errors } = parseBlueprint(text, "lab.yaml", shipped);
	if (blueprint === null) throw new Error(JSON.stringify(errors));
	const createdAt = "2026-01-01T00:00:00.000Z";
	const common = { description: "", createdAt, sizeBytes: 10, ownBytes: 1, imageId, tags: [] };
	const parts = blueprint.machines.map((spec, n): SnapshotRecord => {
		const id = `${name}${"abcdefghij"[Math.floor(n / 10)]}${"abcdefghij"[n % 10]}`.padEnd(20, "x");
		return {
			...common,
			...{ id, name: `${name}/${spec.name}`, provider: spec.provider, image: snapshotImage(id) },
			...{ defaults: defaultsOf(spec, []), sourceMachine: spec.name, sourceRange: "lab-1" },
			...{ source: { ...spec.source, image: spec.image }, parentId: null, rangeSnapshotId: `range-${name}` },
		};
	});
	const range: RangeSnapshotRecord = {
		...{ id: `range-${name}`, name, description: "As it was", rangeId: "x", rangeName: "lab-1", createdAt },
		...{ blueprintText: text, blueprintFile: "/home/somebody/lab.yaml", blueprint: savedBlueprint(blueprint, parts) },
	};
	return { range, parts };
}

let opened = 0;
function open() {
	const db = openDatabase(join(folder, String(++opened)));
	const changes = new ChangeBus();
	held.push(
		() => db.close(),
		() => changes.close(),
	);
	const store = new SnapshotStore(db, changes);
	const lookup = { ...shipped, snapshot: (name: string) => store.source(name), snapshotNames: () => store.names() };
	return { store, library: bundleLibrary(lookup, new TemplateStore(db, changes, silentLog), store) };
}

/** What arrives on another machine. */
function carried(name: string, text = lab): CarriedRangeSnapshot {
	const { store, library } = open();
	const { range, parts } = saved(name, text);
	store.add(parts, range);
	const [gathered] = gatherRangeSnapshots([name], library);
	return JSON.parse(JSON.stringify(gathered));
}
const idsOf = ({ parts }: CarriedRangeSnapshot) =>
	new Map(parts.map(({ document }) => [readSnapshot(document).image, imageId]));

describe("a range's snapshot that is carried", () => {
	test("is in the other library what it was, without the path of its text", () => {
		const { store, library } = open();
		const monday = carried("monday");
		expect(library.faultOfRangeSnapshot(monday)).toBeNull();
		expect(library.compareRangeSnapshot(monday)).toBe("absent");
		library.putRangeSnapshot(monday, idsOf(monday));
		const { range, parts } = saved("monday");
		expect(store.ranges()).toEqual([{ ...range, blueprintFile: "lab.yaml" }]);
		expect(store.partsOf(range.id)).toEqual(parts);
		expect(library.compareRangeSnapshot(monday)).toBe("same");
	});

	test.each(readdirSync(join(templates, "blueprints")))("is valid of the shipped %s", (file) => {
		const text = readFileSync(join(templates, "blueprints", file), "utf8");
		expect(open().library.faultOfRangeSnapshot(carried("shipped", text))).toBeNull();
	});

	test("is valid of machines from every template that runs in a container", () => {
		const names = shipped.templateNames().filter((name) => shipped.template(name)?.provider === "docker");
		const machines = names.map((name) => `  ${name}: { template: ${name}, nics: [{ network: lan }] }`);
		const text = ["blueprint: 1", "name: all", "networks: { lan: { subnet: 10.0.1.0/24 } }", "machines:", ...machines];
		const all = carried("all", text.join("\n"));
		expect(names).toContain("guest");
		expect(all.parts).toHaveLength(names.length);
		expect(open().library.faultOfRangeSnapshot(all)).toBeNull();
	});

	test("is none when a machine is a VM", () => {
		const { store, library } = open();
		const { range, parts } = saved("vms");
		const machines = range.blueprint.machines.map((spec) => ({ ...spec, provider: "libvirt" as const }));
		store.add(
			parts.map((part) => ({ ...part, provider: "libvirt" as const })),
			{ ...range, blueprint: { ...range.blueprint, machines } },
		);
		expect(() => gatherRangeSnapshots(["vms"], library)).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
	});
});

describe("a name that is taken", () => {
	let here: ReturnType<typeof open>;
	const monday = carried("monday");
	beforeEach(() => {
		here = open();
	});
	const loose = (patch: Partial<SnapshotRecord>): SnapshotRecord => {
		const [part] = saved("other").parts;
		if (part === undefined) throw new Error("the lab has no machine");
		return { ...part, rangeSnapshotId: null, ...patch };
	};
	const replace = () => {
		here.library.refuseReplacingRangeSnapshot(monday);
		here.library.putRangeSnapshot(monday, idsOf(monday));
		expect(here.library.compareRangeSnapshot(monday)).toBe("same");
	};

	test("by another snapshot of a range gives way with its parts", () => {
		const { range, parts } = saved("other");
		here.store.add(parts, { ...range, name: "monday" });
		expect(here.library.compareRangeSnapshot(monday)).toBe("different");
		replace();
		expect(here.store.all()).toHaveLength(3);
	});

	test("by a snapshot of a machine gives way", () => {
		here.store.add([loose({ id: "a", name: "monday" }), loose({ id: "b", name: "monday/web" })]);
		expect(here.library.compareRangeSnapshot(monday)).toBe("different");
		replace();
		expect(here.store.ranges()).toHaveLength(1);
		expect(here.store.find("a")).toBeNull();
	});

	test("is not given up where others stand on it", () => {
		const { range, parts } = saved("other");
		here.store.add(parts, { ...range, name: "monday" });
		here.store.add([loose({ id: "child", name: "child", parentId: parts[0]?.id ?? "" })]);
		expect(replace).toThrow(expect.objectContaining({ code: "IN_USE" }));
		expect(here.store.findRange("monday")?.id).toBe("range-other");
	});

	test("by a part of a range's snapshot is not given up to a snapshot of a machine", () => {
		replace();
		const [web] = saved("monday").parts;
		const document = JSON.parse(JSON.stringify(monday.parts[0]?.document));
		expect(here.library.compareSnapshot(document)).toBe("same");
		const other = { ...document, description: "another" };
		expect(here.library.compareSnapshot(other)).toBe("different");
		expect(() => here.library.refuseReplacing(other)).toThrow(expect.objectContaining({ code: "IN_USE" }));
		const whole = { ...document, id: "whole", name: "monday" };
		expect(here.library.compareSnapshot(whole)).toBe("different");
		expect(() => here.library.refuseReplacing(whole)).toThrow(expect.objectContaining({ code: "NAME_TAKEN" }));
		expect(here.store.find(web?.id ?? "")).not.toBeNull();
	});
});

describe("a hostile snapshot of a range is refused", () => {
	// biome-ignore lint/suspicious/noExplicitAny: any part of a document is changed
	type Any = any;
	const monday = JSON.stringify(carried("monday"));
	const { library } = open();
	const fault = (change: (range: Any, parts: Any[], carried: Any) => void) => {
		const hostile: Any = JSON.parse(monday);
		change(
			hostile.document,
			hostile.parts.map(({ document }: Any) => document),
			hostile,
		);
		try {
			return library.faultOfRangeSnapshot(hostile);
		} catch (error) {
			return (error as Error).message;
		}
	};
	const machine = (range: Any, name: string) => range.blueprint.machines.find((one: Any) => one.name === name);

	test.each<[string, string, (range: Any, parts: Any[], carried: Any) => void]>([
		["another name than is listed", "otherwise", (range) => (range.name = "tuesday")],
		["another id than is listed", "otherwise", (range) => (range.id = "elsewhere")],
		["a part of another id than is listed", "otherwise", (_, parts) => (parts[0].id = "elsewhere")],
		["an id that leads out", "not as this version", (range) => (range.id = "../../x")],
		["a key that nobody knows", "not as this version", (range) => (range.more = 1)],
		["no blueprint", "not as this version", (range) => delete range.blueprint],
		["a text that is too large", "not as this version", (range) => (range.blueprintText = "x".repeat(2 ** 20 + 1))],
		["a part missing", "3 machines and 2 parts", (_, _parts, whole) => whole.parts.pop()],
		[
			"a part too many",
			"4 parts",
			(_, parts, whole) => {
				const part = { ...parts[0], id: "z", name: "monday/z", sourceMachine: "z", image: snapshotImage("z") };
				whole.parts.push({ id: "z", name: "monday/z", document: part });
			},
		],
		["two parts of one machine", "two parts", (_, parts) => (parts[1].sourceMachine = parts[0].sourceMachine)],
		["a part of another range", "not its own", (_, parts) => (parts[0].sourceRange = "lab-2")],
		["a part with any image", "not its own", (_, parts) => (parts[0].image = "homerange/dind:28")],
		["a part that is a VM", "not as this version", (_, parts) => (parts[0].provider = "libvirt")],
		["a machine from another image", "its own part (web)", (range) => (machine(range, "web").image = "evil:1")],
		[
			"a machine from another part",
			"its own part (web)",
			(range) => (machine(range, "web").source.name = "monday/client"),
		],
		[
			"a file",
			"its own part (web)",
			(range) => machine(range, "web").files.push({ path: "/../x", mode: 0o4755, content: "", source: null }),
		],
		["another text", "another blueprint than its text", (range) => (range.blueprintText += "# more")],
	])("with %s", (_, words, change) => {
		expect(fault(change)).toContain(words);
	});

	test.each<[string, (range: Any) => void]>([
		["a network whose name is a command", (range) => (range.blueprint.networks[0].name = "lan; reboot")],
		["a subnet of the host", (range) => (range.blueprint.networks[0].subnet = "127.0.0.0/8")],
		["a subnet that is no subnet", (range) => (range.blueprint.networks[0].subnet = "10.0.1.0/24 } ; accept")],
		["two networks of one subnet", (range) => (range.blueprint.networks[1].subnet = "10.0.1.0/24")],
		["an isolated network with a route", (range) => (range.blueprint.networks[0].isolated = true)],
		["a route of any ports", (range) => (range.blueprint.routes[0].ports = ["80/tcp; accept"])],
		["an address outside", (range) => (machine(range, "web").nics[0].ip = "192.168.1.1")],
		["the gateway's address", (range) => (machine(range, "web").nics[0].ip = "10.0.2.200")],
		["a MAC of many", (range) => (machine(range, "web").nics[0].mac = "ff:ff:ff:ff:ff:ff")],
		["no default card", (range) => (machine(range, "client").nics[0].isDefault = false)],
		["a card of no network", (range) => (machine(range, "client").nics[0].network = "none")],
		["a hostname of many lines", (range) => (machine(range, "client").hostname = "x\n127.0.0.1 y")],
		["a label of the engine", (range) => (machine(range, "web").labels = { "io.homerange.role": "range" })],
		["a probe of no port", (range) => (machine(range, "web").ready.port = 0)],
		["a machine that waits for itself", (range) => (machine(range, "client").dependsOn[1].machine = "client")],
		["devices for a container", (range) => (machine(range, "web").kind = "windows-vm")],
		["a router that is none", (range) => (machine(range, "router").role = "machine")],
		["a router with files to run", (range) => (machine(range, "router").postBoot = ["reboot"])],
		["a machine that is a router", (range) => (machine(range, "web").role = "router")],
		["memory for nobody", (range) => (range.blueprint.limits.memoryBytes = 1)],
		["no machines", (range) => (range.blueprint.limits.cpus = -1)],
		["a name that leads out", (range) => (range.blueprint.name = "../x")],
		["control characters in its title", (range) => (range.blueprint.title = "\u001b[2J")],
	])("whose blueprint has %s", (_, change) => {
		expect(fault(change)).toContain("breaks the rules");
	});
});

describe("a bundle with a range's snapshot", () => {
	const monday = carried("monday");
	const images: MadeImage[] = monday.parts.map(({ document }, n) => ({
		reference: readSnapshot(document).image,
		layers: [Buffer.alloc(1024, n)],
	}));
	const listed = monday.parts.map(({ id, name }) => ({ id, name }));
	const whole = { id: monday.id, name: monday.name, parts: listed.map(({ id }) => id) };
	const head = (patch: object = {}): ManifestHead => ({
		...emptyHead,
		version: 2,
		snapshots: listed,
		rangeSnapshots: [whole],
		...patch,
	});
	const documents = () =>
		new Map([
			[names.rangeSnapshot(monday.id), Buffer.from(JSON.stringify(monday.document))],
			...monday.parts.map(({ id, document }) => [names.snapshot(id), Buffer.from(JSON.stringify(document))] as const),
		]);

	const { library } = open();

	/** Checks it as an installation does. */
	async function check(o: { head?: ManifestHead; documents?: Map<string, Buffer>; images?: MadeImage[] } = {}) {
		const file = join(folder, `${++opened}.bundle`);
		await writeTestBundle(file, o.images ?? images, { head: o.head ?? head(), documents: o.documents ?? documents() });
		const reader = await BundleReader.open(file);
		try {
			const verified = await VerifiedEntries.open(join(folder, `verified-${opened}`), reader);
			const bundle = await verifyBundle(reader, verified, () => undefined, new AbortController().signal).finally(() =>
				verified.close(),
			);
			checkContents(library, bundle);
			return bundle;
		} finally {
			await reader.close();
		}
	}

	test("gives it with its parts, which are no snapshots by themselves", async () => {
		const { snapshots, rangeSnapshots } = await check();
		expect(snapshots).toEqual([]);
		expect(rangeSnapshots).toEqual([monday]);
	});

	test("is of format 2, and says so; others are of format 1", async () => {
		await expect(check({ head: head({ version: 3 }) })).rejects.toMatchObject({
			code: "UNSUPPORTED",
			message: expect.stringContaining("is of format 3; this version knows the formats 1 and 2"),
		});
		await expect(check({ head: head({ version: 1 }) })).rejects.toThrow("wrong at");
		await expect(check({ head: head({ rangeSnapshots: [] }) })).rejects.toThrow("wrong at rangeSnapshots");
	});

	test.each<[string, string, () => Parameters<typeof check>[0]]>([
		["a part that is not listed", "lacks a part", () => ({ head: head({ snapshots: listed.slice(1) }) })],
		[
			"a part that is not there",
			"does not hold it",
			() => {
				const fewer = documents();
				fewer.delete(names.snapshot(listed[0]?.id ?? ""));
				return { documents: fewer };
			},
		],
		[
			"a part of two",
			"has it twice",
			() => ({
				head: head({ rangeSnapshots: [whole, { ...whole, id: "other", name: "other" }] }),
			}),
		],
		[
			"a part twice",
			"has it twice",
			() => ({
				head: head({ rangeSnapshots: [{ ...whole, parts: [...whole.parts, whole.parts[0]] }] }),
			}),
		],
		[
			"a part left to itself",
			"3 machines and 2 parts",
			() => ({
				head: head({ rangeSnapshots: [{ ...whole, parts: whole.parts.slice(1) }] }),
			}),
		],
		[
			"one name for two",
			"lists the snapshot monday twice",
			() => ({
				head: head({ snapshots: [...listed, { id: "x", name: "monday" }] }),
			}),
		],
		[
			"no document",
			"does not hold it",
			() => {
				const fewer = documents();
				fewer.delete(names.rangeSnapshot(monday.id));
				return { documents: fewer };
			},
		],
		[
			"a document that is none",
			"not as this version",
			() => ({
				documents: documents().set(names.rangeSnapshot(monday.id), Buffer.from("[]")),
			}),
		],
		["an image missing", "does not hold the image of the snapshot monday/", () => ({ images: images.slice(1) })],
		["an id that leads out", "wrong at", () => ({ head: head({ rangeSnapshots: [{ ...whole, id: "../x" }] }) })],
	])("with %s is refused before anything is changed", async (_, words, make) => {
		await expect(check(make())).rejects.toThrow(words);
	});
});
