import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { defaultSettings } from "../../contract/settings.ts";
import { createTemplateLookup } from "../blueprint/index.ts";
import { ChangeBus } from "../changes/change-bus.ts";
import { openDatabase } from "../db/open.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { HostEngine } from "../docker/host-engine.ts";
import { inspectImage } from "../docker/image-inspect.ts";
import { AuditLog } from "../events/audit-log.ts";
import { TemplateStore } from "../library/template-store.ts";
import { silentLog } from "../log.ts";
import { installedBlueprints } from "../paths.ts";
import { SettingsStore } from "../settings/settings-store.ts";
import { type SnapshotRecord, SnapshotStore } from "../snapshots/index.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { Tasks } from "../tasks/tasks.ts";
import { uniqueName } from "../testing/engine.ts";
import { importTestImage } from "../testing/image.ts";
import { bundleLibrary } from "./bundle-library.ts";
import { BundleReader } from "./bundle-reader.ts";
import { Bundles } from "./bundles.ts";
import { createBundle } from "./create-bundle.ts";
import type { BundlesDeps } from "./deps.ts";
import { gatherBlueprints } from "./gather.ts";
import { installBundle } from "./install-bundle.ts";
import { PartFiles } from "./part-files.ts";

/** Two images on one base of 2 MiB; the base runs no range here, but stands for the image that does. */
const name = uniqueName("bundle");
const baseImage = `${name}-base:1`;
const [imageA, imageB] = [`${name}-a:1`, `${name}-b:1`];
const all = [baseImage, imageA, imageB];

const work = mkdtempSync(join(tmpdir(), "homerange-bundles-"));
const host = new HostEngine({ env: process.env, homeFolder: homedir(), log: silentLog });
const held: (() => unknown)[] = [];
let docker: DockerEngine;
/** What the engine called them when they were made. */
const ids = new Map<string, string>();

beforeAll(async () => {
	docker = await host.ready();
	await importTestImage(docker, baseImage, 2 * 1024 * 1024);
	for (const image of [imageA, imageB]) await deriveImage(image);
	for (const image of all) ids.set(image, (await inspectImage(docker, image))?.id ?? "");
});
afterAll(async () => {
	await removeImages();
	for (const close of held.reverse()) await close();
	host.close();
	rmSync(work, { recursive: true });
});

/** A container that never runs, with one more file of 6 MiB, becomes an image. */
async function deriveImage(image: string): Promise<void> {
	const container = await docker.api.createContainer({ Image: baseImage, Cmd: ["/x"] });
	try {
		const archive = pack();
		archive.entry({ name: "more" }, randomBytes(6 * 1024 * 1024));
		archive.finalize();
		await container.putArchive(Readable.from(archive) as unknown as NodeJS.ReadableStream, { path: "/" });
		const [repo, tag] = image.split(":");
		await container.commit({ repo, tag, changes: [`ENV WHO=${image}`] });
	} finally {
		await container.remove({ force: true });
	}
}

async function tagAs(image: string, other: string): Promise<void> {
	const [repo = "", tag = ""] = other.split(":");
	await docker.api.getImage(image).tag({ repo, tag });
}

async function removeImages(): Promise<void> {
	for (const image of [imageA, imageB, baseImage]) {
		if ((await inspectImage(docker, image)) !== null) await docker.api.getImage(image).remove({ force: true });
	}
}

async function present(): Promise<Map<string, string>> {
	const found = await Promise.all(
		all.map(async (image) => [image, (await inspectImage(docker, image))?.id ?? ""] as const),
	);
	return new Map(found.filter(([, id]) => id !== ""));
}

const blueprint = (called: string, image: string, more = "") => `
blueprint: 1
name: ${called}
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  web: { image: "${image}", nics: [{ network: lan }]${more} }
`;

/** The parts of an engine that bundles stand on, on a data folder of their own. */
function open(folder = mkdtempSync(join(work, "data-"))) {
	const db = openDatabase(folder);
	const changes = new ChangeBus();
	const settings = new SettingsStore(db, changes, silentLog);
	settings.set({ dindImage: baseImage });
	const snapshots = new SnapshotStore(db, changes);
	held.push(
		() => db.close(),
		() => changes.close(),
	);
	const lookup = {
		...createTemplateLookup([]),
		snapshot: (wanted: string) => snapshots.source(wanted),
		snapshotNames: () => snapshots.names(),
	};
	const deps: BundlesDeps = {
		dataFolder: folder,
		productVersion: "0.0.0",
		blueprintFolders: [installedBlueprints(folder)],
		library: bundleLibrary(lookup, new TemplateStore(db, changes, silentLog), snapshots),
		host,
		tasks: new Tasks(db, changes, silentLog),
		events: new AuditLog(db, changes),
		settings,
		log: silentLog,
	};
	return { folder, deps, snapshots, bundles: new Bundles(deps) };
}

/** A task whose steps a test hears of before they begin. */
function testTask(onStep: (step: string) => void = () => undefined, onBytes: (step: string) => void = () => undefined) {
	const abort = new AbortController();
	const task: TaskRun = {
		id: "test",
		signal: abort.signal,
		plan: () => undefined,
		start: onStep,
		progress: onBytes,
		done: () => undefined,
		skip: () => undefined,
		fail: () => undefined,
		undone: () => undefined,
	};
	return { task, cancel: () => abort.abort() };
}

const sources = () => {
	const folder = mkdtempSync(join(work, "blueprints-"));
	mkdirSync(join(folder, "www"));
	writeFileSync(join(folder, "www", "index.html"), "<h1>hello");
	writeFileSync(
		join(folder, "a.yaml"),
		blueprint("first", imageA, ", files: [{ path: /srv/index.html, source: www/index.html }]"),
	);
	writeFileSync(join(folder, "b.yaml"), blueprint("second", imageB));
	return ["a.yaml", "b.yaml"].map((file) => ({ kind: "file" as const, path: join(folder, file) }));
};

async function whenDone({ deps }: { deps: BundlesDeps }, { taskId }: { taskId: string }): Promise<void> {
	const task = await deps.tasks.whenEnded(taskId);
	expect(task).toMatchObject({ state: "done", error: null });
}

let file: string;
beforeAll(async () => {
	file = join(work, "whole.bundle");
	const made = open();
	await whenDone(made, await made.bundles.create({ file, blueprints: sources(), replace: false }, "cli"));
});

const install = { conflicts: "refuse" as const };

describe("a bundle of two ranges that share a base", () => {
	test("holds the base once", async () => {
		const { bundles } = open();
		const info = await bundles.show(file);
		expect(info.images.map(({ reference, id }) => [reference, id])).toEqual(
			[...ids].sort(([one], [other]) => (one < other ? -1 : 1)),
		);
		expect(info.blueprints).toMatchObject([
			{ name: "first", files: 1 },
			{ name: "second", files: 0 },
		]);
		expect(info.layers.count).toBe(3);
		expect(info.sizeBytes).toBeLessThan(15 * 1024 * 1024);
		expect(info.images.find(({ isDind }) => isDind)?.reference).toBe(baseImage);
	});

	test("gives a machine without them the same images, blueprints and files", async () => {
		await removeImages();
		const target = open();
		await whenDone(target, await target.bundles.install({ file, ...install }, "cli"));
		expect(await present()).toEqual(ids);
		const place = join(installedBlueprints(target.folder), "first");
		expect(readdirSync(place, { recursive: true }).sort()).toEqual(["blueprint.yaml", "www", "www/index.html"]);
		expect(existsSync(join(installedBlueprints(target.folder), "second", "blueprint.yaml"))).toBe(true);
	});

	test("leaves alone what is there", async () => {
		const target = open();
		await whenDone(target, await target.bundles.install({ file, ...install }, "cli"));
		const again = await target.bundles.install({ file, ...install }, "cli");
		await whenDone(target, again);
		const { steps } = target.deps.tasks.get(again.taskId);
		expect(steps.filter(({ id }) => id.startsWith("image:")).map(({ state }) => state)).toEqual([
			"skipped",
			"skipped",
			"skipped",
		]);
	});

	test("gives back the name of an image that lost it", async () => {
		const other = `${name}-other:1`;
		await tagAs(imageA, other);
		await docker.api.getImage(imageA).remove();
		try {
			const target = open();
			await whenDone(target, await target.bundles.install({ file, ...install }, "cli"));
			expect(await present()).toEqual(ids);
		} finally {
			await docker.api.getImage(other).remove();
		}
	});
});

describe("a name that means something else here", () => {
	test("is refused with all of them, and nothing changes; replaced or kept when that is asked for", async () => {
		const target = open();
		const place = join(installedBlueprints(target.folder), "second");
		mkdirSync(place, { recursive: true });
		writeFileSync(join(place, "blueprint.yaml"), blueprint("second", imageA));
		await docker.api.getImage(imageB).remove();
		await tagAs(imageA, imageB);
		const run = async (conflicts: "refuse" | "replace" | "keep") => {
			const { taskId } = await target.bundles.install({ file, conflicts }, "cli");
			return await target.deps.tasks.whenEnded(taskId);
		};
		const refused = await run("refuse");
		expect(refused).toMatchObject({ state: "failed", error: { code: "NAME_TAKEN" } });
		expect(refused.error?.detail?.split("\n")).toEqual([`the image ${imageB}`, "the blueprint second"]);
		expect((await present()).get(imageB)).toBe(ids.get(imageA));
		expect(existsSync(join(installedBlueprints(target.folder), "first"))).toBe(false);

		expect(await run("keep")).toMatchObject({ state: "done" });
		expect((await present()).get(imageB)).toBe(ids.get(imageA));
		expect(existsSync(join(installedBlueprints(target.folder), "first"))).toBe(true);

		expect(await run("replace")).toMatchObject({ state: "done" });
		expect(await present()).toEqual(ids);
	});
});

describe("a cancel", () => {
	test.each(["find", "write", "seal"])("of creation at the step %s leaves nothing", async (at) => {
		const { deps, folder } = open();
		const target = join(work, `cancelled-${at}.bundle`);
		const { task, cancel } = testTask((step) => step === at && cancel());
		const gathered = await gatherBlueprints(sources(), [], deps.library.lookup);
		const parts = new PartFiles(join(folder, "bundles", "writing"));
		const request = { file: target, blueprints: [], replace: false };
		await expect(
			createBundle(deps, { request, gathered, rangeSnapshots: [], key: null, task, parts }),
		).rejects.toThrow();
		expect(readdirSync(work).filter((one) => one.startsWith("cancelled"))).toEqual([]);
		const writing = join(folder, "bundles", "writing");
		expect(existsSync(writing) ? readdirSync(writing) : []).toEqual([]);
	});

	test("of an installation at any step leaves whole images or none, and the next goes on", async () => {
		await removeImages();
		const target = open();
		const seen: string[] = [];
		for (const at of ["space", "check", ...[...all].sort().map((image) => `image:${image}`), "library"]) {
			const reader = await BundleReader.open(file);
			// In the middle of an image's bytes; the base has none of its own by then.
			const hasBytes = at === `image:${imageA}` || at === `image:${imageB}`;
			const { task, cancel } = testTask(
				(step) => step === at && !hasBytes && cancel(),
				(step) => step === at && hasBytes && cancel(),
			);
			try {
				await expect(installBundle(target.deps, { request: { file, ...install }, reader, task })).rejects.toThrow();
			} finally {
				await reader.close();
			}
			for (const [image, id] of await present()) {
				expect(id).toBe(ids.get(image));
				seen.push(image);
			}
			expect(existsSync(installedBlueprints(target.folder))).toBe(false);
		}
		// The last cancel came when the images were there, and nothing of the bundle was read twice for them.
		expect(new Set(seen)).toEqual(new Set(all));
		const read = vi.spyOn(BundleReader.prototype, "stream");
		try {
			await whenDone(target, await target.bundles.install({ file, ...install }, "cli"));
			expect(read).not.toHaveBeenCalled();
		} finally {
			read.mockRestore();
		}
		expect(await present()).toEqual(ids);
	});
});

describe("an installation", () => {
	test("sends only the layers that the engine lacks", async () => {
		await docker.api.getImage(imageB).remove();
		const target = open();
		const reader = await BundleReader.open(file);
		let bytes = 0;
		const { task } = testTask();
		const counting: TaskRun = {
			...task,
			progress: (step, progress) => {
				if (step === `image:${imageB}`) bytes = progress?.total ?? 0;
			},
		};
		try {
			await installBundle(target.deps, { request: { file, ...install }, reader, task: counting });
		} finally {
			await reader.close();
		}
		expect(bytes).toBeGreaterThan(6 * 1024 * 1024);
		expect(bytes).toBeLessThan(7 * 1024 * 1024);
		expect(await present()).toEqual(ids);
	});

	test("names the image of a range's container when there is none here", async () => {
		const target = open();
		target.deps.settings.set({ dindImage: `${name}-none:1` });
		await whenDone(target, await target.bundles.install({ file, ...install }, "cli"));
		expect(target.deps.settings.get().dindImage).toBe(baseImage);
		expect(defaultSettings.dindImage).not.toBe(baseImage);
	});

	test("is refused while another one runs", async () => {
		const target = open();
		const first = await target.bundles.install({ file, ...install }, "cli");
		await expect(target.bundles.install({ file, ...install }, "cli")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
		await whenDone(target, first);
		await whenDone(target, await target.bundles.install({ file, ...install }, "cli"));
	});
});

describe("a snapshot that a blueprint starts from", () => {
	const record: SnapshotRecord = {
		id: "abcdefghijklmnopqrst",
		name: "prepared",
		description: "A shop with its goods",
		tags: ["shop"],
		provider: "docker",
		image: imageA,
		imageId: "",
		sizeBytes: 8 * 1024 * 1024,
		ownBytes: 6 * 1024 * 1024,
		defaults: {
			cpus: 1,
			memoryBytes: null,
			diskBytes: null,
			consoles: ["shell"],
			vncPort: null,
			serial: false,
			command: ["/x"],
			environment: { WHO: "a" },
			ports: ["80/tcp"],
			readiness: null,
		},
		sourceMachine: "web",
		sourceRange: "shop-1",
		source: { kind: "image", name: imageA, image: imageA },
		parentId: "somewhere",
		rangeSnapshotId: null,
		createdAt: "2026-01-01T00:00:00.000Z",
	};
	const text = blueprint("shop", "x").replace('image: "x"', "snapshot: prepared");

	test("comes with its image, defaults and origin; another one of its name is a conflict", async () => {
		const maker = open();
		maker.snapshots.add([{ ...record, imageId: ids.get(imageA) ?? "" }]);
		const carried = join(work, "snapshot.bundle");
		const blueprints = [{ kind: "text" as const, file: "shop.yaml", text }];
		await whenDone(maker, await maker.bundles.create({ file: carried, blueprints, replace: false }, "cli"));
		expect((await maker.bundles.show(carried)).snapshots).toEqual(["prepared"]);
		await removeImages();
		const target = open();
		await whenDone(target, await target.bundles.install({ file: carried, ...install }, "cli"));
		const arrived = { ...record, imageId: ids.get(imageA), parentId: null };
		expect(target.snapshots.all()).toEqual([arrived]);
		await whenDone(target, await target.bundles.install({ file: carried, ...install }, "cli"));

		const other = open();
		other.snapshots.add([{ ...record, id: "other", description: "Mine" }]);
		const refused = await other.bundles.install({ file: carried, ...install }, "cli");
		expect((await other.deps.tasks.whenEnded(refused.taskId)).error).toMatchObject({
			code: "NAME_TAKEN",
			detail: "the snapshot prepared",
		});
		await whenDone(other, await other.bundles.install({ file: carried, conflicts: "replace" }, "cli"));
		expect(other.snapshots.all()).toEqual([arrived]);
		await whenDone(maker, await maker.bundles.install({ file, ...install }, "cli"));
	});
});

/** A disk of so many bytes, as root only. */
function smallDisk(bytes: number): string {
	const folder = mkdtempSync(join(work, "disk-"));
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
	held.push(() => execFileSync("umount", [folder]));
	return folder;
}

describe.skipIf(process.getuid?.() !== 0)("a disk that is full", () => {
	test("ends creation with the reason, and nothing is left on it", async () => {
		const { bundles, deps } = open();
		const disk = smallDisk(3 * 1024 * 1024);
		const request = { file: join(disk, "x.bundle"), blueprints: sources(), replace: false };
		const { taskId } = await bundles.create(request, "cli");
		expect((await deps.tasks.whenEnded(taskId)).error).toMatchObject({ code: "DISK_FULL" });
		expect(readdirSync(disk)).toEqual([]);
	});

	test("ends an installation before anything is brought in", async () => {
		await docker.api.getImage(imageB).remove();
		const target = open(smallDisk(40 * 1024 * 1024));
		const { taskId } = await target.bundles.install({ file, ...install }, "cli");
		expect((await target.deps.tasks.whenEnded(taskId)).error).toMatchObject({ code: "DISK_FULL" });
		expect(await inspectImage(docker, imageB)).toBeNull();
		const whole = open();
		await whenDone(whole, await whole.bundles.install({ file, ...install }, "cli"));
	});
});

describe("creation", () => {
	test("is refused over a file, unless that is asked for", async () => {
		const { bundles, deps } = open();
		const taken = join(work, "taken");
		writeFileSync(taken, "mine");
		const request = { file: taken, blueprints: sources() };
		await expect(bundles.create({ ...request, replace: false }, "cli")).rejects.toMatchObject({ code: "NAME_TAKEN" });
		await whenDone({ deps }, await bundles.create({ ...request, replace: true }, "cli"));
		expect((await bundles.show(taken)).images).toHaveLength(3);
	});

	test("says what no bundle can hold", async () => {
		const { bundles } = open();
		const create = (text: string) =>
			bundles.create(
				{ file: join(work, "no"), blueprints: [{ kind: "text", file: "x", text }], replace: false },
				"cli",
			);
		await expect(create(blueprint("x", `busybox@sha256:${"0".repeat(64)}`))).rejects.toMatchObject({
			code: "UNSUPPORTED",
		});
		await expect(create("blueprint: 1")).rejects.toMatchObject({ code: "BLUEPRINT_INVALID" });
		expect(existsSync(join(work, "no"))).toBe(false);
	});

	test("into a folder that is not there fails in words", async () => {
		const { bundles, deps } = open();
		const request = { file: join(work, "nowhere", "x"), blueprints: sources(), replace: false };
		const { taskId } = await bundles.create(request, "cli");
		const { error } = await deps.tasks.whenEnded(taskId);
		expect(error).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("folder does not exist") });
	});
});
