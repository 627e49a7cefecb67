import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { networkTestResult } from "../../contract/network-test.ts";
import { collect, TestCli } from "../testing/cli.ts";

const blueprint = `
blueprint: 1
name: duo
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24 }
routes: [{ from: lan, to: dmz, ports: [80/tcp] }]
machines:
  box:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.0.1.10 }]
    command: [sh, -c, "while :; do ping -c 1 -W 1 10.0.1.1; sleep 0.1; done"]
  web: { image: "homerange/busybox:1", nics: [{ network: dmz, ip: 10.0.2.10 }], command: [httpd, -f, -p, "80"] }
limits: { cpus: 1, memory: 512MiB }
`;

const cli = new TestCli();
const magic = 0xa1b2c3d4;

beforeAll(async () => {
	await cli.prepare();
	const file = join(cli.folder, "duo.yaml");
	writeFileSync(file, blueprint);
	const deployed = await cli.run(["deploy", file]);
	expect(deployed.status, deployed.stderr).toBe(0);
});
afterAll(async () => {
	await cli.run(["destroy", "duo-1", "--yes"]);
	await cli.remove();
});

test("a capture goes to its file until Ctrl-C, which is its ordinary end", async () => {
	const path = join(cli.folder, "lan.pcap");
	const child = cli.start(["capture", "duo-1", "lan", "-o", path]);
	const result = collect(child);
	// The first thing that it says is that it captures.
	child.stderr?.once("data", () => child.kill("SIGINT"));
	const { status, stdout, stderr } = await result;
	expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: "" });
	expect(stderr).toMatch(/^\d+ packets?, [\d.]+ \w+\.$/m);
	expect(readFileSync(path).readUInt32LE(0)).toBe(magic);
});

test("without a file it goes into a pipe, packet by packet", async () => {
	const child = cli.start(["capture", "duo-1", "lan", "--filter", "icmp"]);
	let bytes = Buffer.alloc(0);
	child.stdout?.on("data", (chunk: Buffer) => {
		bytes = Buffer.concat([bytes, chunk]);
		// The header and the first packet.
		if (bytes.length > 40) child.kill("SIGINT");
	});
	await once(child, "close");
	expect([child.exitCode, bytes.readUInt32LE(0)]).toEqual([0, magic]);
});

test.runIf(process.platform === "linux")("a terminal gets a sentence, not packets", async () => {
	// script(1) gives the command a terminal of its own.
	const command = `"${process.execPath}" "${join(import.meta.dirname, "index.ts")}" capture duo-1 lan`;
	const child = spawn("script", ["-qec", command, "/dev/null"], { env: cli.env, stdio: "pipe" });
	const { status, stdout } = await collect(child);
	expect(status).toBe(2);
	expect(stdout).toContain("-o lan.pcap");
});

test("what a capture refuses has its code, and touches no file", async () => {
	const path = join(cli.folder, "never.pcap");
	const run = (...args: string[]) => cli.run(["capture", "duo-1", ...args]);
	expect((await run("lan", "-o", path, "--filter", "tcp prot")).status).toBe(3);
	expect((await run("wan", "-o", path)).status).toBe(5);
	expect(existsSync(path)).toBe(false);
	const unwritable = await run("lan", "-o", join(cli.folder, "no", "such", "file"));
	expect([unwritable.status, unwritable.stderr]).toEqual([3, expect.stringContaining("cannot be written")]);
});

test("a network test prints what it found, and ends with 0 only when all is as wanted", async () => {
	const result = await cli.run(["network", "test", "duo-1", "--format", "json"]);
	expect(result.status, result.stdout).toBe(0);
	expect(networkTestResult.parse(JSON.parse(result.stdout))).toMatchObject({ notAsWanted: 0, unknown: 0 });
	await cli.run(["stop", "duo-1", "web"]);
	const again = await cli.run(["network", "test", "duo-1"]);
	expect([again.status, again.stdout]).toEqual([1, expect.stringContaining("is unknown: web is stopped")]);
	expect((await cli.run(["network", "test", "nobody"])).status).toBe(5);
});

test("top gives one value for programs, and one table without a terminal", async () => {
	expect(await cli.json("top")).toMatchObject([
		{ name: "duo-1", memoryLimitBytes: 512 * 1024 ** 2, machines: { box: { cpus: expect.any(Number) } } },
	]);
	const { stdout } = await cli.run(["top", "duo-1"]);
	expect(stdout).toMatch(/^RANGE, MACHINE +CPUS +MEMORY/);
	expect(stdout).toMatch(/^ {2}box +\d/m);
});
