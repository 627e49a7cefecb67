import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readlinkSync, statSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { hostInfo } from "../../contract/engines.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { inspectImage } from "../docker/image-inspect.ts";
import { socketPath } from "../paths.ts";
import { connectEngine } from "../rpc/client.ts";
import { collect, TestCli } from "../testing/cli.ts";
import { connectTestEngine, dindImage, smallImage, uniqueName } from "../testing/engine.ts";

/** Its commands, and the engine that they start, have no network: not even a loopback that is up. */
class OfflineCli extends TestCli {
	override start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
		const entry = join(import.meta.dirname, "..", "cli", "index.ts");
		return spawn("unshare", ["--net", process.execPath, entry, ...args], {
			env: { ...this.env, ...env },
			stdio: "pipe",
		});
	}
}

const image = `${uniqueName("carried")}:1`;
const maker = new TestCli();
const target = new OfflineCli();
const file = join(maker.folder, "class.bundle");
const inspected = z.looseObject({ state: z.string(), machines: z.array(z.looseObject({ state: z.string() })) });
const shown = z.looseObject({
	signer: z.string(),
	templates: z.array(z.string()),
	images: z.array(z.looseObject({ reference: z.string(), isDind: z.boolean() })),
});
let docker: DockerEngine;
let imageId: string;

const blueprint = `
blueprint: 1
name: carried
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a:
    template: mine
    nics: [{ network: lan, ip: 10.0.1.10 }]
    files: [{ path: /www/lesson.txt, source: lessons/one.txt }]
limits: { cpus: 1, memory: 256MiB }
`;
const pairBlueprint = `
blueprint: 1
name: pair
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: ${smallImage}, nics: [{ network: lan, ip: 10.0.1.10 }], command: [sh, -c, "exec sleep 100000"] }
  b: { image: ${smallImage}, nics: [{ network: lan }], command: [sh, -c, "exec sleep 100000"] }
limits: { cpus: 1, memory: 256MiB }
`;
const template = `
template: 1
name: mine
title: Mine
os: linux
kind: container
image: ${image}
command: [sh, -c, "httpd -p 80 -h /www; trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"]
ready: { tcp: 80, timeout: 60s }
`;

beforeAll(async () => {
	docker = await connectTestEngine();
	const container = await docker.api.createContainer({ Image: smallImage });
	try {
		const archive = pack();
		archive.entry({ name: "large" }, randomBytes(24 * 1024 * 1024));
		archive.finalize();
		await container.putArchive(Readable.from(archive) as unknown as NodeJS.ReadableStream, { path: "/" });
		const [repo = "", tag = ""] = image.split(":");
		await container.commit({ repo, tag });
	} finally {
		await container.remove({ force: true });
	}
	imageId = (await inspectImage(docker, image))?.id ?? "";
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	writeFileSync(join(maker.folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
	writeFileSync(join(target.folder, "key.pub.pem"), publicKey.export({ type: "spki", format: "pem" }));
	mkdirSync(join(maker.folder, "lessons"));
	writeFileSync(join(maker.folder, "lessons", "one.txt"), "begin here\n");
	writeFileSync(join(maker.folder, "lab.yaml"), blueprint);
	await maker.prepare();
	const client = await connectEngine(socketPath(maker.folder));
	await client?.api.library.importTemplate({ file: "mine.yaml", text: template });
	await client?.close();
});
afterAll(async () => {
	await target.run(["destroy", "carried-1", "--yes"]);
	for (const cli of [maker, target]) await cli.run(["destroy", "pair-1", "--yes"]);
	await target.run(["library", "delete", "monday", "--kind", "range-snapshot", "--yes"]);
	await target.remove();
	await maker.remove();
	if ((await inspectImage(docker, image)) !== null) await docker.api.getImage(image).remove({ force: true });
});

const enginePid = async (cli: TestCli) => hostInfo.parse(await cli.json("engine", "status")).pid;
const create = ["bundle", "create", file, join(maker.folder, "lab.yaml"), "--sign", join(maker.folder, "key.pem")];
const install = ["bundle", "install", file, "--key", join(target.folder, "key.pub.pem")];

/** Resolves when a file whose name fits is there and has bytes in it beyond its beginning. */
async function whenGrowing(folder: string, fits: (name: string) => boolean, bytes: number): Promise<void> {
	const isThere = () => readdirSync(folder).some((name) => fits(name) && statSync(join(folder, name)).size > bytes);
	const { promise, resolve } = Promise.withResolvers<void>();
	const watcher = watch(folder, () => isThere() && resolve());
	if (isThere()) resolve();
	await promise;
	watcher.close();
}

test("an engine that is killed while it writes leaves nothing after the next start", async () => {
	const pid = await enginePid(maker);
	const running = collect(maker.start(create));
	await whenGrowing(maker.folder, (name) => name.endsWith(".part"), 1024 * 1024);
	process.kill(pid, "SIGKILL");
	expect((await running).status).not.toBe(0);
	await maker.run(["list"]);
	expect(readdirSync(maker.folder).filter((name) => name.startsWith("class.bundle"))).toEqual([]);
	expect(readdirSync(join(maker.folder, "bundles", "writing"))).toEqual([]);
}, 300_000);

test("the bundle holds what the range needs", async () => {
	const made = await maker.run([...create, "--format", "json"]);
	expect(made.status, made.stderr).toBe(0);
	const info = shown.parse(JSON.parse(made.stdout));
	expect(info.templates).toEqual(["mine"]);
	expect(new Map(info.images.map(({ reference, isDind }) => [reference, isDind]))).toEqual(
		new Map([
			[image, false],
			[dindImage, true],
		]),
	);
	expect((await maker.run(["bundle", "show", file])).stdout).toContain(image);
	expect((await maker.run(create)).status).toBe(6);
}, 300_000);

test("an engine that is killed while it installs leaves a whole image or none, and the next goes on", async () => {
	await docker.api.getImage(image).remove({ force: true });
	await target.run(["list"]);
	const pid = await enginePid(target);
	expect(readlinkSync(`/proc/${pid}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
	const client = await connectEngine(socketPath(target.folder));
	const running = collect(target.start(install));
	try {
		for await (const change of (await client?.api.changes.watch({})) ?? []) {
			const step = change.kind === "task" ? change.task.steps.find(({ id }) => id === `image:${image}`) : undefined;
			if (step === undefined || step.state === "waiting") continue;
			process.kill(pid, "SIGKILL");
			break;
		}
	} finally {
		await client?.close();
	}
	expect((await running).status).not.toBe(0);
	const left = await inspectImage(docker, image);
	expect(left === null || left.id === imageId).toBe(true);
	expect(existsSync(join(target.folder, "blueprints"))).toBe(false);
	const again = await target.run(install);
	expect(again.status, again.stderr).toBe(0);
	expect((await inspectImage(docker, image))?.id).toBe(imageId);
	expect(readdirSync(join(target.folder, "bundles", "verified"))).toEqual([]);
}, 300_000);

test("with the network cut off, the range is deployed by its name", async () => {
	expect(readlinkSync(`/proc/${await enginePid(target)}/ns/net`)).not.toBe(readlinkSync("/proc/self/ns/net"));
	const deployed = await target.run(["deploy", "carried", "--format", "json"]);
	expect(deployed.status, deployed.stderr).toBe(0);
	expect(inspected.parse(JSON.parse(deployed.stdout))).toMatchObject({
		state: "running",
		machines: [{ state: "ready" }],
	});
	const { stdout } = await target.run(["exec", "carried-1", "a", "--", "cat", "/www/lesson.txt"]);
	expect(stdout).toBe("begin here\n");
}, 300_000);

test("installing it again changes nothing, and another key refuses it", async () => {
	const again = await target.run(install);
	expect(again.status, again.stderr).toBe(0);
	const other = join(target.folder, "other.pem");
	writeFileSync(other, generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }));
	const refused = await target.run(["bundle", "install", file, "--key", other]);
	expect({ status: refused.status, stderr: refused.stderr }).toEqual({
		status: 3,
		stderr: expect.stringContaining("did not sign it"),
	});
}, 120_000);

test("a range as it was saved goes on there, also with the network cut off", async () => {
	const ok = async (cli: TestCli, ...args: string[]): Promise<string> => {
		const { status, stdout, stderr } = await cli.run(args);
		expect(status, stderr).toBe(0);
		return stdout;
	};
	const pair = join(maker.folder, "pair.yaml");
	const carried = join(maker.folder, "monday.bundle");
	writeFileSync(pair, pairBlueprint);
	await ok(maker, "deploy", pair);
	await ok(maker, "exec", "pair-1", "a", "--", "sh", "-c", "echo saved >/note; rm /bin/wget");
	await ok(maker, "snapshot", "pair-1", "monday");
	// The image of a range's container is in the other bundle; a small one does as well here.
	const client = await connectEngine(socketPath(maker.folder));
	await client?.api.settings.set({ dindImage: smallImage });
	await client?.close();
	const made = JSON.parse(
		await ok(maker, "bundle", "create", carried, "--range-snapshot", "monday", "--format", "json"),
	);
	expect(made).toMatchObject({
		blueprints: [],
		snapshots: [],
		rangeSnapshots: [{ name: "monday", machines: 2 }],
		images: [{ reference: smallImage }, {}, {}],
	});
	const images = z.array(z.looseObject({ reference: z.string(), layers: z.number() })).parse(made.images);
	// What the machines started from is in the file once; only one of them wrote something.
	expect(made.layers.count).toBe((images[0]?.layers ?? 0) + 1);
	await ok(maker, "destroy", "pair-1", "--yes");
	await ok(maker, "library", "delete", "monday", "--kind", "range-snapshot", "--yes");
	for (const { reference } of images.slice(1)) expect(await inspectImage(docker, reference)).toBeNull();

	await ok(target, "bundle", "install", carried);
	await ok(target, "deploy", "--from-snapshot", "monday");
	expect(await ok(target, "exec", "pair-1", "a", "--", "sh", "-c", "cat /note; ls /bin/wget || echo gone")).toBe(
		"saved\ngone\n",
	);
}, 300_000);
