import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { doctorCheck, hostInfo } from "../../contract/engines.ts";
import { databaseFile } from "../db/open.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { collect, TestCli } from "../testing/cli.ts";
import { connectTestEngine, leftovers, rangeLeftovers, removeLabelled } from "../testing/engine.ts";

const blueprint = `
blueprint: 1
name: duo
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  web: { template: busybox, nics: [{ network: lan, ip: 10.0.1.10 }] }
  box:
    template: busybox
    nics: [{ network: lan, ip: 10.0.1.11 }]
    command: [sh, -c, "echo hello from box; httpd -p 80; trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"]
limits: { cpus: 1, memory: 512MiB }
`;

const inspected = z.strictObject({
	id: z.string(),
	name: z.string(),
	state: z.literal("running"),
	blueprint: z.strictObject({ name: z.literal("duo"), sha256: z.string().length(64) }),
	dind: z.strictObject({ container: z.string(), volume: z.string(), network: z.string(), engine: z.string() }),
	networks: z.array(z.looseObject({ name: z.string(), subnet: z.string() })),
	machines: z.array(
		z.looseObject({
			name: z.string(),
			state: z.literal("ready"),
			nics: z.array(z.strictObject({ network: z.string(), ip: z.string(), mac: z.string() })),
		}),
	),
});

const cli = new TestCli();
const file = join(cli.folder, "duo.yaml");
let docker: DockerEngine;
let owner: string;
const ownerId = () => owner.split("=")[1] ?? "";

beforeAll(async () => {
	docker = await connectTestEngine();
	await cli.prepare();
	writeFileSync(file, blueprint);
	const sqlite = new BetterSqlite3(join(cli.folder, databaseFile), { readonly: true });
	owner = `io.homerange.owner=${z.string().parse(sqlite.prepare("select id from installation").pluck().get())}`;
	sqlite.close();
});
afterAll(async () => {
	await cli.remove();
	await removeLabelled(docker, owner);
});

const labels = (range: string) => ({
	[owner.split("=")[0] ?? ""]: owner.split("=")[1] ?? "",
	"io.homerange.range": range,
	"io.homerange.range-name": range,
	"io.homerange.role": "volume",
});
const enginePid = async () => hostInfo.parse(await cli.json("engine", "status")).pid;

test("a command starts the engine, and the next ones use the same", async () => {
	const pid = await enginePid();
	expect(await cli.json("list")).toEqual([]);
	expect(await enginePid()).toBe(pid);
});

test("a dry run makes nothing", async () => {
	const preview = await cli.json("deploy", file, "--dry-run");
	expect(preview).toMatchObject({ rangeName: "duo-1", machines: [{ name: "web" }, { name: "box" }] });
	expect(await leftovers(docker, owner)).toEqual([]);
});

test("two processes that deploy one blueprint at once get two ranges with the same addresses", async () => {
	const [one, two] = await Promise.all([cli.run(["deploy", file, "--format", "json"]), cli.json("deploy", file)]);
	expect(one.status, one.stderr).toBe(0);
	expect(one.stderr).toContain("✓ duo-");
	const ranges = [inspected.parse(JSON.parse(one.stdout)), inspected.parse(two)];
	expect(ranges.map((range) => range.name).sort()).toEqual(["duo-1", "duo-2"]);
	expect(ranges[0]?.machines.map((machine) => machine.nics)).toEqual(
		ranges[1]?.machines.map((machine) => machine.nics),
	);
	expect(await cli.json("list")).toMatchObject([
		{ state: "running", counts: { networks: 1, machines: 2, machinesUp: 2 } },
		{ state: "running", counts: { networks: 1, machines: 2, machinesUp: 2 } },
	]);
	expect(inspected.parse(await cli.json("inspect", "duo-1")).name).toBe("duo-1");
});

test("exec keeps the streams apart and the exit status", async () => {
	const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
	const result = await cli.run(["exec", "duo-1", "web", "--", "sh", "-c", "sha256sum; echo oops >&2; exit 7"], input);
	expect(result).toEqual({
		status: 7,
		stdout: `${createHash("sha256").update(input).digest("hex")}  -\n`,
		stderr: "oops\n",
	});
	expect((await cli.run(["exec", "duo-1", "nobody", "--", "true"])).status).toBe(5);
});

test("logs and events tell what happened", async () => {
	expect((await cli.run(["logs", "duo-1", "box"])).stdout).toBe("hello from box\n");
	const { stdout } = await cli.run(["events", "--range", "duo-1", "--format", "json"]);
	const lines = stdout
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(lines.map((event) => event.type)).toContain("range.deploy.done");
	expect(Object.keys(lines[0])).toEqual(["time", "severity", "type", "actor", "subject", "message"]);
	expect(lines[0]).toMatchObject({ actor: "cli", subject: { range: "duo-1" } });
});

test.runIf(process.platform === "linux")(
	"a console is a shell with a terminal, and its exit status is kept",
	async () => {
		// script(1) gives the command a terminal of its own.
		const command = `"${process.execPath}" "${join(import.meta.dirname, "index.ts")}" console duo-1 web`;
		const child = spawn("script", ["-qec", command, "/dev/null"], { env: cli.env, stdio: "pipe" });
		let screen = "";
		child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
			if (!screen.includes("$") && !screen.includes("#") && /[$#]/.test(chunk))
				child.stdin.write("echo $((6*7)); exit 4\r");
			screen += chunk;
		});
		await once(child, "close");
		expect(screen).toMatch(/\r\n42\r\n/);
		expect(child.exitCode).toBe(4);
	},
);

test("Ctrl-C cancels a deploy and leaves nothing of it", async () => {
	const before = await rangeLeftovers(docker, ownerId());
	const child = cli.start(["deploy", file, "--name", "never"]);
	let stopped = false;
	child.stderr?.on("data", (chunk: Buffer) => {
		if (stopped || !chunk.toString().includes("Start the range's container")) return;
		stopped = true;
		child.kill("SIGINT");
	});
	const { status, stdout } = await collect(child);
	expect({ status, stdout, stopped }).toEqual({ status: 130, stdout: "", stopped: true });
	expect((await cli.run(["inspect", "never"])).status).toBe(5);
	expect((await rangeLeftovers(docker, ownerId())).sort()).toEqual(before.sort());
});

test("after a kill -9 of the engine the next command finds everything again", async () => {
	const pid = await enginePid();
	process.kill(pid, "SIGKILL");
	expect(await cli.json("list")).toMatchObject([{ state: "running" }, { state: "running" }]);
	expect(await enginePid()).not.toBe(pid);
	expect((await cli.run(["exec", "duo-2", "box", "--", "hostname"])).stdout).toBe("box\n");
});

test("the doctor finds what has no range, and mends it", async () => {
	const volume = { Name: `${owner.split("=")[1]}-orphan`, Labels: labels("gone") };
	await docker.api.createVolume(volume);
	const orphans = async (...args: string[]) =>
		z
			.array(doctorCheck)
			.parse(await cli.json("doctor", ...args))
			.find((check) => check.id === "orphans");
	expect(await orphans()).toMatchObject({ state: "warning", fixable: true, message: expect.stringContaining("gone") });
	expect(await orphans("--fix")).toMatchObject({ state: "passed" });
	expect(await leftovers(docker, "io.homerange.range=gone")).toEqual([]);
});

test("prune shows what has no range, and removes it", async () => {
	const name = `${owner.split("=")[1]}-orphan`;
	await docker.api.createVolume({ Name: name, Labels: labels("gone") });
	const found = [{ rangeId: "gone", provider: "docker", names: [name] }];
	expect(await cli.json("prune", "--dry-run")).toMatchObject({ found, problems: [], done: false });
	expect((await cli.run(["prune"])).status).toBe(2);
	expect(await leftovers(docker, "io.homerange.range=gone")).toEqual([`volume ${name}`]);
	const { stdout } = await cli.run(["prune", "--yes"]);
	expect(stdout).toContain(name);
	expect(stdout).toContain("Removed.");
	expect(await leftovers(docker, "io.homerange.range=gone")).toEqual([]);
	expect(await cli.json("prune", "--yes")).toMatchObject({ found: [], done: false });
});

test("the first answer of an engine knows what a restart of the computer did", async () => {
	process.kill(await enginePid(), "SIGKILL");
	const dind = (await docker.api.listContainers({ filters: { label: [owner, "io.homerange.role=dind"] } })).find(
		({ Names }) => Names.some((name) => name.includes("duo-2")),
	);
	await docker.api.getContainer(dind?.Id ?? "").kill();
	const state = async () => {
		const listed = z.array(z.object({ name: z.string(), state: z.string() })).parse(await cli.json("list"));
		return listed.find(({ name }) => name === "duo-2")?.state;
	};
	expect(await state()).toBe("starting");
	await expect.poll(state, { timeout: 60_000, interval: 1000 }).toBe("running");
});

test("destroy asks, and leaves nothing", async () => {
	expect((await cli.run(["destroy", "duo-1"])).status).toBe(2);
	const [one, two] = await Promise.all([
		cli.run(["destroy", "duo-1", "--yes"]),
		cli.run(["destroy", "duo-2", "--yes"]),
	]);
	expect([one.status, two.status], one.stderr + two.stderr).toEqual([0, 0]);
	expect(await cli.json("list")).toEqual([]);
	// What stays is what the next range starts from, until it is freed.
	expect(await cli.json("layers", "list")).toMatchObject([{ current: true, users: [] }]);
	expect(await cli.json("layers", "free")).toEqual({ stores: [], images: [] });
	expect(await cli.json("layers", "free", "--all")).toMatchObject({
		stores: [expect.stringContaining("homerange-store-")],
	});
	expect(await leftovers(docker, owner)).toEqual([]);
});

test("an engine that nobody needs ends by itself and gives everything back", async () => {
	await cli.run(["engine", "stop"]);
	const engine = cli.start(["engine", "run"], { HOMERANGE_IDLE_SECONDS: "0.2" });
	expect((await collect(engine)).status).toBe(0);
	expect(existsSync(join(cli.folder, "engine.sock"))).toBe(false);
});
