import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Change } from "../../contract/changes.ts";
import type { Template } from "../../contract/library.ts";
import type { Task } from "../../contract/tasks.ts";
import { ChangeBus } from "../changes/change-bus.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { removeImage } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { HostEngine } from "../docker/host-engine.ts";
import { inspectImage } from "../docker/image-inspect.ts";
import { AuditLog } from "../events/audit-log.ts";
import { silentLog } from "../log.ts";
import { SettingsStore } from "../settings/settings-store.ts";
import { Tasks } from "../tasks/tasks.ts";
import { smallImage, testLabel, uniqueName } from "../testing/engine.ts";
import { importTestImage } from "../testing/image.ts";
import { firstOf } from "../testing/waiting.ts";
import type { UsingRange } from "./deps.ts";
import { Images } from "./images.ts";
import { dockerEntries, ociEntries, tarOf, testImage, writeTar } from "./testing/archives.ts";

const folder = mkdtempSync(join(tmpdir(), "homerange-images-"));
const run = uniqueName("img");
const tag = (name: string) => `${run}/${name}:1`;
const at = (name: string) => join(folder, name);

let db: Database;
let changes: ChangeBus;
let tasks: Tasks;
let hostEngine: HostEngine;
let host: DockerEngine;
let images: Images;
/** What stands on images, as the test wants it. */
let ranges: UsingRange[] = [];
let templates: Pick<Template, "name" | "image" | "provider">[] = [];

beforeAll(async () => {
	db = openDatabase(folder);
	changes = new ChangeBus();
	tasks = new Tasks(db, changes, silentLog);
	hostEngine = new HostEngine({ env: process.env, homeFolder: homedir(), log: silentLog });
	host = await hostEngine.ready();
	images = new Images({
		host: hostEngine,
		db,
		tasks,
		changes,
		events: new AuditLog(db, changes),
		settings: new SettingsStore(db, changes, silentLog),
		log: silentLog,
		dataFolder: folder,
		ranges: () => ranges,
		templates: () => templates,
		createTemplate: () => {
			throw new Error("not part of this test");
		},
	});
	await images.clean();
});

afterAll(async () => {
	images.close();
	const left = await host.api.listImages({ filters: { reference: [`${run}/*`] } });
	for (const reference of left.flatMap((image) => image.RepoTags ?? []))
		await removeImage(host.api, reference, { force: true });
	hostEngine.close();
	changes.close();
	db.close();
	rmSync(folder, { recursive: true });
});

async function ended(started: { taskId: string }): Promise<Task> {
	return await tasks.whenEnded(started.taskId);
}

async function done(started: { taskId: string }): Promise<Task> {
	const task = await ended(started);
	expect(task.error).toBeNull();
	return task;
}

const container = async (reference: string) => {
	const image = await images.get(reference);
	if (image.kind !== "container") throw new Error("it is a disk");
	return image;
};
const incoming = () => (existsSync(at("incoming")) ? readdirSync(at("incoming")) : []);

describe("an import", () => {
	test.each([
		["docker save, plain", (bytes: Buffer) => bytes],
		["docker save, gzip", (bytes: Buffer) => gzipSync(bytes)],
		["docker save, zstd", (bytes: Buffer) => zstdCompressSync(bytes)],
	])("of %s gives the image under its name and id", async (what, packed) => {
		const name = tag(what.replace(/[^a-z]+/g, "-"));
		const image = await testImage({ marker: what });
		writeFileSync(at("image.tar"), packed(await tarOf(dockerEntries(image, [name]))));
		const task = await done(await images.import({ path: at("image.tar"), overwrite: false }, "test"));
		expect(task.steps.map(({ id, state }) => [id, state])).toEqual([
			["unpack", "done"],
			["check", "done"],
			["load", "done"],
		]);
		expect(await container(name)).toMatchObject({ id: image.id, config: { command: ["/bin/true"] }, usedBy: [] });
		expect((await container(name)).lastUsed).not.toBeNull();
		expect(incoming()).toEqual([]);
	});

	test("of an OCI layout in a folder takes the name that is given, and refuses to take one that means another image", async () => {
		const image = await testImage({ marker: "layout" });
		mkdirSync(at("layout/blobs/sha256"), { recursive: true });
		for (const { name, body } of ociEntries(image, null)) writeFileSync(at(`layout/${name}`), body ?? "");
		const request = { path: at("layout"), name: tag("layout"), overwrite: false };
		await done(await images.import(request, "test"));
		await done(await images.import(request, "test"));
		expect((await container(tag("layout"))).id).toBe(image.id);
		await importTestImage(host, tag("taken"), 100);
		const before = (await container(tag("taken"))).id;
		const { error } = await ended(await images.import({ ...request, name: tag("taken") }, "test"));
		expect(error).toMatchObject({ code: "NAME_TAKEN" });
		expect((await container(tag("taken"))).id).toBe(before);
		await done(await images.import({ ...request, name: tag("taken"), overwrite: true }, "test"));
		// It lost its name, not its bytes.
		expect(await images.delete({ image: before, force: false }, "test")).toMatchObject({ removed: [before] });
		expect((await container(tag("taken"))).id).toBe(image.id);
	});

	test("of a damaged archive never reaches the engine, and leaves nothing", async () => {
		const image = await testImage({ marker: "damaged" });
		const entries = dockerEntries(image, [tag("damaged")]);
		const wrong = entries.map((entry) => (entry.name.endsWith("layer.tar") ? { ...entry, body: "x" } : entry));
		writeFileSync(at("damaged.tar"), await tarOf(wrong));
		const { error } = await ended(await images.import({ path: at("damaged.tar"), overwrite: false }, "test"));
		expect(error).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("digest of a layer") });
		expect(await inspectImage(host, tag("damaged"))).toBeNull();
		expect(incoming()).toEqual([]);
	});

	test("of something else is refused at once, and of nothing too", async () => {
		writeFileSync(at("text"), "hello");
		await expect(images.import({ path: at("text"), overwrite: false }, "test")).rejects.toMatchObject({
			code: "INPUT_INVALID",
		});
		await expect(images.import({ path: at("gone"), overwrite: false }, "test")).rejects.toMatchObject({
			code: "INPUT_INVALID",
		});
	});
});

describe("an export", () => {
	test("is an archive that docker loads, and that an import takes", async () => {
		await importTestImage(host, tag("export"), 300_000);
		const { id } = await container(tag("export"));
		await done(images.export({ image: tag("export"), path: at("export.tar"), overwrite: false }, "test"));
		await images.delete({ image: tag("export"), force: false }, "test");
		await done(await images.import({ path: at("export.tar"), overwrite: false }, "test"));
		expect((await container(tag("export"))).id).toBe(id);
	});

	test("replaces no file unless it is told to, and leaves no part behind", async () => {
		writeFileSync(at("there.tar"), "mine");
		const request = { image: smallImage, path: at("there.tar"), overwrite: false };
		expect((await ended(images.export(request, "test"))).error).toMatchObject({ code: "NAME_TAKEN" });
		expect(readFileSync(at("there.tar"), "utf8")).toBe("mine");
		await done(images.export({ ...request, overwrite: true }, "test"));
		expect(statSync(at("there.tar")).size).toBeGreaterThan(1_000_000);
		expect((await ended(images.export({ ...request, path: at("no/folder.tar") }, "test"))).error).toMatchObject({
			code: "INPUT_INVALID",
		});
		expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
	});

	test("that is cancelled leaves nothing", async () => {
		await importTestImage(host, tag("large"), 40_000_000);
		const started = images.export({ image: tag("large"), path: at("cancelled.tar"), overwrite: false }, "test");
		await firstOf<Change>(
			(listener) => {
				const abort = new AbortController();
				void (async () => {
					for await (const change of changes.subscribe(abort.signal)) listener(change);
				})();
				return () => abort.abort();
			},
			(change) =>
				change.kind === "task" && change.task.id === started.taskId && change.task.steps[0]?.progress !== null,
		);
		tasks.cancel(started.taskId);
		expect((await ended(started)).state).toBe("cancelled");
		expect(readdirSync(folder).filter((name) => name.startsWith("cancelled"))).toEqual([]);
	});
});

describe("a delete", () => {
	test("names who stands on the image, and removes it from the engine when nobody does", async () => {
		await importTestImage(host, tag("used"), 1000);
		ranges = [{ name: "shop-1", machines: [{ image: tag("used"), provider: "docker" }] }];
		templates = [{ name: "web", image: tag("used"), provider: "docker" }];
		await expect(images.delete({ image: tag("used"), force: false }, "test")).rejects.toMatchObject({
			code: "IN_USE",
			message: expect.stringMatching(/used by range shop-1; template web/),
		});
		ranges = [];
		await expect(images.delete({ image: tag("used"), force: false }, "test")).rejects.toMatchObject({ code: "IN_USE" });
		expect(await images.delete({ image: tag("used"), force: true }, "test")).toMatchObject({
			removed: [tag("used")],
			note: null,
		});
		expect(await inspectImage(host, tag("used"))).toBeNull();
		expect((await images.list()).missing).toMatchObject([
			{ reference: tag("used"), usedBy: [{ kind: "template", name: "web" }] },
		]);
		templates = [];
	});

	test("of one name of two leaves the other; a container keeps its image", async () => {
		await importTestImage(host, tag("two"), 1000);
		await host.api.getImage(tag("two")).tag({ repo: `${run}/second`, tag: "1" });
		expect(await images.delete({ image: tag("two"), force: false }, "test")).toMatchObject({
			removed: [tag("two")],
			freedBytes: 0,
		});
		const box = await host.api.createContainer({
			Image: tag("second"),
			Cmd: ["x"],
			name: `${run}-box`,
			Labels: { [testLabel]: run },
		});
		try {
			await expect(images.delete({ image: tag("second"), force: true }, "test")).rejects.toMatchObject({
				code: "IN_USE",
				message: expect.stringContaining(`container ${run}-box`),
			});
		} finally {
			await box.remove();
		}
		expect((await images.delete({ image: tag("second"), force: false }, "test")).freedBytes).toBeGreaterThan(0);
	});

	test("of what somebody removed behind our back forgets it and says so; of what never was does not", async () => {
		const image = await testImage({ marker: "behind" });
		writeFileSync(at("behind.tar"), await tarOf(dockerEntries(image, [tag("behind")])));
		await done(await images.import({ path: at("behind.tar"), overwrite: false }, "test"));
		await removeImage(host.api, tag("behind"), { force: false });
		await expect(images.get(tag("behind"))).rejects.toMatchObject({
			code: "IMAGE_NOT_FOUND",
			message: expect.stringContaining("somebody removed it"),
		});
		expect((await images.delete({ image: tag("behind"), force: false }, "test")).note).toContain(
			"Somebody had removed it",
		);
		await expect(images.delete({ image: tag("behind"), force: false }, "test")).rejects.toMatchObject({
			code: "IMAGE_NOT_FOUND",
			message: expect.stringContaining("There is no image"),
		});
	});
});

test("a prune takes what we brought and nothing uses, and tells before", async () => {
	const own = await testImage({ marker: "prune" });
	writeFileSync(at("prune.tar"), await tarOf(dockerEntries(own, [tag("prune")])));
	await done(await images.import({ path: at("prune.tar"), overwrite: false }, "test"));
	await importTestImage(host, tag("foreign"), 1000);
	const only = [tag("prune"), tag("foreign"), smallImage];
	const planned = await images.prune({ dryRun: true, all: false, only }, "test");
	expect(planned).toMatchObject({ taskId: null, plan: { images: [{ kind: "container", name: tag("prune") }] } });
	expect((await images.prune({ dryRun: true, all: true, only: [tag("foreign")] }, "test")).plan.images).toHaveLength(1);
	templates = [{ name: "keeps", image: tag("prune"), provider: "docker" }];
	expect((await images.prune({ dryRun: true, all: true, only: [tag("prune")] }, "test")).plan.images).toEqual([]);
	templates = [];
	const { taskId } = await images.prune({ dryRun: false, all: false, only }, "test");
	await done({ taskId: taskId ?? "" });
	expect(await inspectImage(host, tag("prune"))).toBeNull();
	expect(await inspectImage(host, tag("foreign"))).not.toBeNull();
});

test("own and shared bytes are those of the layers", async () => {
	const layers = [await testImage({ marker: "same" }), await testImage({ marker: "same", architecture: "arm64" })];
	for (const [index, image] of layers.entries()) {
		writeFileSync(at("shared.tar"), await tarOf(dockerEntries(image, [tag(`shared-${index}`)])));
		await done(await images.import({ path: at("shared.tar"), overwrite: false }, "test"));
	}
	const both = await Promise.all([container(tag("shared-0")), container(tag("shared-1"))]);
	for (const { ownBytes, sharedBytes, sizeBytes, layers: chain } of both) {
		expect({ ownBytes, sharedBytes }).toEqual({ ownBytes: 0, sharedBytes: sizeBytes });
		expect(chain).toMatchObject([{ sharedWith: 1, sizeBytes }]);
	}
	expect(await images.delete({ image: tag("shared-1"), force: false }, "test")).toMatchObject({ freedBytes: 0 });
	expect((await container(tag("shared-0"))).ownBytes).toBeGreaterThan(0);
});

test("a pull that the registry's absence refuses says what failed and what to do", async () => {
	const { error } = await ended(images.pull({ reference: `127.0.0.1:1/${run}:1` }, "test"));
	expect(error).toMatchObject({ code: "IMAGE_UNAVAILABLE", message: expect.stringContaining("cannot be pulled") });
});

describe("a build", () => {
	const recipe = (name: string, text: string) => {
		mkdirSync(at(name), { recursive: true });
		writeFileSync(at(`${name}/Dockerfile`), text);
		return { folder: at(name), dockerfile: "Dockerfile", network: "none" as const };
	};

	test("makes the image and tells its output", async () => {
		const request = recipe("good", `FROM ${smallImage}\nCOPY a /a\nRUN echo made-it\nCMD ["sh"]\n`);
		writeFileSync(at("good/a"), "hello");
		const started = images.build({ ...request, tag: tag("built") }, "test");
		const lines: string[] = [];
		for await (const { line } of images.buildOutput(started.taskId)) lines.push(line);
		await done(started);
		expect(lines).toEqual(expect.arrayContaining([`Step 1/4 : FROM ${smallImage}`, "made-it"]));
		const image = await container(tag("built"));
		expect(image.config.command).toEqual(["sh"]);
		expect(image.sharedBytes).toBeGreaterThan(image.ownBytes);
		const form = await images.promoteForm(tag("built"));
		expect(form).toMatchObject({ input: { name: "built", image: tag("built"), kind: "container" } });
	});

	test("that fails says so in the engine's words, with its last lines", async () => {
		const request = recipe("bad", `FROM ${smallImage}\nRUN echo before && exit 7\n`);
		const { error } = await ended(images.build({ ...request, tag: tag("bad") }, "test"));
		expect(error).toMatchObject({
			code: "INPUT_INVALID",
			message: expect.stringContaining("returned a non-zero code: 7"),
			detail: expect.stringContaining("before"),
		});
	});

	test("that is cancelled ends in the engine, too", async () => {
		const request = recipe("slow", `FROM ${smallImage}\nRUN echo started && sleep 600\n`);
		const started = images.build({ ...request, tag: tag("slow") }, "test");
		for await (const { line } of images.buildOutput(started.taskId)) if (line === "started") break;
		tasks.cancel(started.taskId);
		expect((await ended(started)).state).toBe("cancelled");
		expect(await inspectImage(host, tag("slow"))).toBeNull();
	});
});

const hasQemuImg = (() => {
	try {
		execFileSync("qemu-img", ["--version"]);
		return true;
	} catch {
		return false;
	}
})();

describe.skipIf(!hasQemuImg)("a disk (skipped where qemu-img is not installed)", () => {
	test("is kept as a file that nobody changes, and known by its checksum", async () => {
		execFileSync("qemu-img", ["create", "-f", "qcow2", at("vm.qcow2"), "64M"], { stdio: "pipe" });
		await done(await images.import({ path: at("vm.qcow2"), overwrite: false }, "test"));
		const disk = await images.get("vm");
		expect(disk).toMatchObject({ kind: "disk", format: "qcow2", virtualBytes: 64 * 1024 * 1024, problem: null });
		const [file] = readdirSync(at("disks"));
		expect(statSync(at(`disks/${file}`)).mode & 0o777).toBe(0o400);
		expect((await images.pool.verify("vm")).name).toBe("vm");
		await done(images.export({ image: "vm", path: at("copy.qcow2"), overwrite: false }, "test"));
		expect(readFileSync(at("copy.qcow2")).equals(readFileSync(at("vm.qcow2")))).toBe(true);
		expect((await ended(await images.import({ path: at("vm.qcow2"), overwrite: false }, "test"))).error).toMatchObject({
			code: "NAME_TAKEN",
		});

		rmSync(at(`disks/${file}`));
		const changed = readFileSync(at("vm.qcow2"));
		changed.writeUInt8(1, changed.length - 1);
		writeFileSync(at(`disks/${file}`), changed);
		await expect(images.pool.verify("vm")).rejects.toMatchObject({
			code: "IMAGE_UNAVAILABLE",
			message: expect.stringContaining("SHA-256"),
		});
		expect(await images.delete({ image: "vm", force: false }, "test")).toMatchObject({ removed: ["vm"] });
		expect(readdirSync(at("disks"))).toEqual([]);
	});

	test("comes out of a Vagrant box, whose program is not run", async () => {
		execFileSync("qemu-img", ["create", "-f", "qcow2", at("box.img"), "16M"], { stdio: "pipe" });
		await writeTar(at("team.box"), [
			{ name: "Vagrantfile", body: `File.write("${at("ran")}", "x")` },
			{ name: "metadata.json", body: JSON.stringify({ provider: "libvirt", format: "qcow2", virtual_size: 1 }) },
			{ name: "box.img", body: readFileSync(at("box.img")) },
		]);
		await done(await images.import({ path: at("team.box"), overwrite: false }, "test"));
		expect(await images.get("team")).toMatchObject({ kind: "disk", format: "qcow2", virtualBytes: 16 * 1024 * 1024 });
		expect(existsSync(at("ran"))).toBe(false);
		await images.delete({ image: "team", force: false }, "test");
		expect(readdirSync(at("disks"))).toEqual([]);
		expect(incoming()).toEqual([]);
	});

	test("that leads to another file of this machine is refused, and nothing of it stays", async () => {
		execFileSync(
			"qemu-img",
			["create", "-f", "qcow2", "-u", "-b", "/etc/shadow", "-F", "raw", at("evil.qcow2"), "8M"],
			{ stdio: "pipe" },
		);
		const { error } = await ended(await images.import({ path: at("evil.qcow2"), overwrite: false }, "test"));
		expect(error).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining("/etc/shadow") });
		expect(readdirSync(at("disks"))).toEqual([]);
	});

	test("what was half made when the engine died is removed at the next start", async () => {
		const id = "a".repeat(20);
		for (const name of [`${id}.qcow2`, `${id}.raw.part`, "notes.txt"]) writeFileSync(at(`disks/${name}`), "x");
		mkdirSync(at("incoming/task"), { recursive: true });
		await images.clean();
		expect(readdirSync(at("disks"))).toEqual(["notes.txt"]);
		expect(incoming()).toEqual([]);
	});
});
