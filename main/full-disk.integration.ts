import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Task, TaskStep } from "../contract/tasks.ts";
import { createTemplateLookup } from "./blueprint/index.ts";
import { bundleLibrary } from "./bundles/bundle-library.ts";
import { Bundles } from "./bundles/bundles.ts";
import { inspectImage } from "./docker/image-inspect.ts";
import { Images } from "./images/images.ts";
import { TemplateStore } from "./library/template-store.ts";
import { silentLog } from "./log.ts";
import { heldSnapshots } from "./snapshots/snapshot-image.ts";
import { openTestSnapshots, type TestSnapshots } from "./snapshots/testing/open-snapshots.ts";
import { uniqueName } from "./testing/engine.ts";
import { importTestImage } from "./testing/image.ts";
import { canHaveSmallEngine, type SmallEngine, startSmallEngine } from "./testing/small-engine.ts";

/**
 * The disk of the Docker Engine becomes full in the middle of an operation: that ends with DISK_FULL and what to do,
 * leaves nothing half-made, and works when there is room again. On a real file system that is really full.
 */
const timeout = 300_000;
const dindImage = "homerange/dind:28";
const base = "homerange/busybox:1";
const MiB = 1024 ** 2;
const soon = () => AbortSignal.timeout(60_000);
const blueprint = (name: string, image: string) => `
blueprint: 1
name: ${name}
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: "${image}", nics: [{ network: lan, ip: 10.0.1.10 }], command: [sh, -c, "while :; do date >/count; sleep 0.1; done"] }
limits: { cpus: 1, memory: 512MiB }
`;

describe.skipIf(!canHaveSmallEngine)("a disk that becomes full", () => {
	let small: SmallEngine;
	let t: TestSnapshots;
	/** What happens when a step begins. */
	let atStep: { id: string; act(): void } | null = null;
	const dockerHost = process.env.DOCKER_HOST;

	beforeAll(async () => {
		small = startSmallEngine(2800 * MiB, [dindImage, base]);
		process.env.DOCKER_HOST = small.endpoint;
		t = await openTestSnapshots({
			folder: small.data,
			settings: { dindImage },
			onStep({ id, moment }) {
				if (moment !== "begun" || id !== atStep?.id) return;
				const { act } = atStep;
				atStep = null;
				act();
			},
		});
	}, timeout);
	afterAll(async () => {
		await t[Symbol.asyncDispose]();
		if (dockerHost === undefined) delete process.env.DOCKER_HOST;
		else process.env.DOCKER_HOST = dockerHost;
		small.close();
	}, timeout);

	/** Names of what ranges have on the engine. */
	async function held(): Promise<string[]> {
		const host = t.deps.host.current();
		const [containers, { Volumes: volumes }, networks] = await Promise.all([
			host.api.listContainers({ all: true }),
			host.api.listVolumes(),
			host.api.listNetworks({ filters: { label: ["io.homerange.range"] } }),
		]);
		const names = [...containers.flatMap(({ Names }) => Names), ...(volumes ?? []).map(({ Name }) => Name)];
		return [...names.filter((name) => !name.includes("homerange-store-")), ...networks.map(({ Name }) => Name)];
	}

	const isFull = { code: "DISK_FULL", remedy: expect.stringContaining("Free disk space") };

	async function deployed(name: string, image: string): Promise<Task | undefined> {
		const [made] = await t.deploy(blueprint(name, image));
		return made?.task;
	}

	test("while images come into the layer store", { timeout }, async () => {
		const image = `${uniqueName("full")}:1`;
		await importTestImage(t.deps.host.current(), image, 100 * MiB);
		atStep = { id: "layers", act: () => small.fill(40 * MiB) };
		const task = await deployed("filling", image);
		expect(task).toMatchObject({ state: "failed", error: isFull });
		expect(t.ranges.list()).toEqual([]);
		expect(await held()).toEqual([]);
		small.free();
		// It has no program in it: its machine fails, and its range is there.
		await deployed("filling", image);
		expect(t.ranges.get("filling-1").layers).toMatchObject({ way: "linked" });
		await t.ended(t.ranges.destroy("filling-1", "test"));
		expect(await held()).toEqual([]);
	});

	describe("while images are linked into a range", () => {
		const image = `${uniqueName("linked")}:1`;
		beforeAll(async () => {
			await importTestImage(t.deps.host.current(), image, MiB, 8 * MiB);
		});

		test("that ends with nothing of it, and the store stays whole", { timeout }, async () => {
			atStep = { id: "clone", act: () => small.fill(3 * MiB) };
			const task = await deployed("linking", image);
			expect(task).toMatchObject({
				state: "failed",
				error: { ...isFull, message: "The disk became full while images were linked into the range." },
			});
			expect(t.ranges.list()).toEqual([]);
			expect(await held()).toEqual([]);
			small.free();
			await deployed("linking", image);
			expect(t.ranges.get("linking-1").layers).toMatchObject({ way: "linked" });
			await t.ended(t.ranges.destroy("linking-1", "test"));
			expect(await held()).toEqual([]);
		});
	});

	describe("while a machine is saved", () => {
		const take = (name: string) => t.ended(t.saved.takeRange({ range: "saved-1", name }, "test"));
		beforeAll(async () => {
			expect((await deployed("saved", base))?.error).toBeNull();
			await t.run("saved-1", "a", "head -c 30000000 /dev/urandom >/large");
		}, timeout);

		test.for([
			["frozen", 10],
			["bring", 20],
		] as const)("in the step %s", { timeout }, async ([step, left]) => {
			atStep = { id: step, act: () => small.fill(left * MiB) };
			await expect(take("full")).rejects.toMatchObject(isFull);
			small.free();
			expect(t.ranges.get("saved-1")).toMatchObject({ state: "running", interrupted: null, reason: null });
			await t.goesOn("saved-1", "a", "/count");
			expect(t.snapshots.names()).toEqual([]);
			expect(t.snapshots.ranges()).toEqual([]);
			expect(await heldSnapshots(t.deps.host.current(), soon(), t.deps.owner)).toEqual(new Set());
			const { inner } = await t.ranges.site("saved-1");
			expect(await heldSnapshots(inner, soon())).toEqual(new Set());
		});

		test("and it is whole when there is room", { timeout }, async () => {
			await take("full");
			expect((await t.saved.list()).map(({ name, present }) => `${name} ${present}`)).toEqual(["full/a true"]);
		});
	});

	describe("while something is brought into the library", () => {
		let images: Images;
		let bundles: Bundles;
		const outside = mkdtempSync(join(tmpdir(), "homerange-full-"));
		const at = (name: string) => join(outside, name);
		const image = `${uniqueName("brought")}:1`;

		beforeAll(async () => {
			const { db, host, tasks, changes, events, settings, log } = t.deps;
			const common = { host, tasks, events, settings, log, dataFolder: small.data };
			const none = () => [];
			const createTemplate = () => {
				throw new Error("not part of this test");
			};
			images = new Images({ ...common, db, changes, ranges: none, templates: none, createTemplate });
			const lookup = { ...createTemplateLookup([]), snapshot: () => null, snapshotNames: none };
			const library = bundleLibrary(lookup, new TemplateStore(db, changes, silentLog), t.snapshots);
			bundles = new Bundles({ ...common, productVersion: "0.0.0", blueprintFolders: [small.data], library });
			await importTestImage(host.current(), image, 60 * MiB);
			execFileSync("docker", ["-H", small.endpoint, "save", "-o", at("image.tar"), image]);
			writeFileSync(at("disk.img"), "");
			truncateSync(at("disk.img"), 60 * MiB);
		}, timeout);
		afterAll(() => {
			images.close();
			t.deps.settings.set({ dindImage });
			rmSync(outside, { recursive: true });
		});

		const present = async () => (await inspectImage(t.deps.host.current(), image)) !== null;
		const drop = async () => await t.deps.host.current().api.getImage(image).remove({ force: true });

		/** Starts it, and fills the disk when the task has come so far. */
		async function interrupted(
			start: () => Promise<{ taskId: string }> | { taskId: string },
			isTime: (step: TaskStep) => boolean,
			freeBytes: number,
		): Promise<void> {
			const listening = new AbortController();
			const changes = t.deps.changes.subscribe(listening.signal);
			const { taskId } = await start();
			for await (const change of changes) {
				if (change.kind !== "task" || change.task.id !== taskId) continue;
				if (change.task.steps.some(isTime)) break;
				if (change.task.endedAt !== null) throw new Error(`it was over: ${JSON.stringify(change.task)}`);
			}
			small.fill(freeBytes);
			const task = await t.deps.tasks.whenEnded(taskId);
			listening.abort();
			small.free();
			expect(task).toMatchObject({ state: "failed", error: isFull });
		}

		test("an image from an archive", { timeout }, async () => {
			await drop();
			const start = () => images.import({ path: at("image.tar"), overwrite: false }, "test");
			await interrupted(start, ({ progress }) => (progress?.done ?? 0) > 0, 10 * MiB);
			expect(await present()).toBe(false);
			expect(readdirSync(join(small.data, "incoming"))).toEqual([]);
			await t.ended(start());
			expect(await present()).toBe(true);
		});

		test("a disk", { timeout }, async () => {
			const start = () => images.import({ path: at("disk.img"), name: "later", overwrite: false }, "test");
			await interrupted(start, ({ progress }) => (progress?.done ?? 0) > 0, 5 * MiB);
			expect(readdirSync(join(small.data, "disks"))).toEqual([]);
			await t.ended(start());
			expect(readdirSync(join(small.data, "disks"))).not.toEqual([]);
		});

		test("a bundle", { timeout }, async () => {
			// A bundle holds the image of the ranges' containers too; a small one does as well here.
			t.deps.settings.set({ dindImage: base });
			const source = { kind: "text" as const, file: "test.yaml", text: blueprint("bundled", image) };
			await t.ended(bundles.create({ file: at("whole.bundle"), blueprints: [source], replace: false }, "test"));
			await drop();
			const start = () => bundles.install({ file: at("whole.bundle"), conflicts: "refuse" }, "test");
			await interrupted(start, ({ id, state }) => id === `image:${image}` && state !== "waiting", 20 * MiB);
			expect(await present()).toBe(false);
			expect(existsSync(join(small.data, "blueprints"))).toBe(false);
			await t.ended(start());
			expect(await present()).toBe(true);
			expect(readdirSync(join(small.data, "bundles", "verified"))).toEqual([]);
		});
	});
});
