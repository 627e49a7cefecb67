import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ChannelRequest, channelWindow } from "../../contract/consoles.ts";
import type { DockerEngine, InnerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { connectInnerEngine } from "../docker/inner-engine.ts";
import { silentLog } from "../log.ts";
import { ChannelClient } from "../testing/channel-client.ts";
import { startTestDind, type TestDind } from "../testing/dind.ts";
import { connectTestEngine, smallImage } from "../testing/engine.ts";
import { machineAddress, startTestMachine } from "../testing/machine.ts";
import { Consoles } from "./consoles.ts";

let host: DockerEngine;
let dind: TestDind;
let inner: InnerEngine;
let containerId: string;
let consoles: Consoles;

/** A machine that talks, and a server that speaks first, as VNC does. */
const main =
	"nc -ll -p 5900 -e sh -c 'echo RFB 003.008; exec cat' & echo started; echo trouble >&2; trap 'exit 0' TERM; while :; do sleep 1; done";

beforeAll(async () => {
	host = await connectTestEngine();
	dind = await startTestDind(host);
	inner = await connectInnerEngine(host, dind.container, "range test");
	containerId = await startTestMachine(host, inner, { name: "web", command: ["sh", "-c", main] });
	consoles = new Consoles({
		openVm: () => Promise.reject(new Error("there are no VMs here")),
		scrollback: () => 1000,
		log: silentLog,
		locate: async (_range, machine) => ({
			host,
			inner,
			dind,
			containerId: machine === "bare" ? "bare" : containerId,
			address: machineAddress,
			vncPort: 5900,
			title: "machine web of range test",
		}),
		locateNetwork: async () => ({ host, dind, bridge: "hr0", title: "network lan of range test" }),
	});
});

afterAll(async () => {
	consoles?.close();
	inner?.close();
	await dind?.remove();
});

const prompt = /# /;
const where = { range: "test", machine: "web" };
const size = { columns: 80, rows: 24 };

async function open(request: ChannelRequest, keep = true): Promise<ChannelClient> {
	return new ChannelClient(await consoles.open(request), keep);
}

const openShell = (session?: string) => open({ kind: "shell", ...where, ...size, ...(session ? { session } : {}) });
const run = (...command: string[]) => open({ kind: "exec", ...where, command });

describe("a shell", () => {
	test("has a terminal of the asked size, that resizes, and speaks UTF-8", async () => {
		const shell = await openShell();
		await shell.sees(prompt);
		shell.type("stty size; echo $TERM gr\u00fc\u00df\n");
		await shell.sees(/24 80\r\nxterm-256color gr\u00fc\u00df\r\n/);
		await shell.channel.send({ type: "resize", columns: 132, rows: 50 });
		shell.type("stty size\n");
		await shell.sees(/50 132\r\n/);
		shell.type("exit 3\n");
		expect(await shell.closed).toEqual({ type: "closed", exitCode: 3, error: null });
	});

	test("lives on when its client goes, and shows what was there when it is attached again", async () => {
		const first = await openShell();
		await first.sees(prompt);
		first.type("marker=kept; echo ready-$marker\n");
		await first.sees(/ready-kept\r\n/);
		first.channel.close();
		const second = await openShell(first.session ?? "");
		await second.sees(/ready-kept\r\n/);
		second.type("echo again-$marker\n");
		await second.sees(/again-kept\r\n/);
		const third = await openShell(first.session ?? "");
		expect(await second.closed).toMatchObject({ error: { code: "STATE_CONFLICT" } });
		await third.sees(/again-kept\r\n/);
		await third.channel.send({ type: "stdinEnd" });
		expect(await third.closed).toEqual({ type: "closed", exitCode: null, error: null });
		await expect(openShell(first.session ?? "")).rejects.toMatchObject({ code: "CONSOLE_NOT_FOUND" });
	});

	test("leaves no process in the machine when it is ended", async () => {
		const shell = await openShell();
		await shell.sees(prompt);
		shell.type("sleep 4711\n");
		await shell.sees(/sleep 4711\r\n/);
		await shell.channel.send({ type: "stdinEnd" });
		await shell.closed;
		const script = "while grep -qs '471[1]' /proc/[0-9]*/cmdline; do sleep 0.05; done";
		expect((await runExec(inner, containerId, { command: ["sh", "-c", script] })).exitCode).toBe(0);
	});

	test("that floods is held at the window, loses nothing and stops nobody else", async () => {
		const flood = await open({ kind: "shell", ...where, ...size }, false);
		flood.pause();
		flood.type("yes\n");
		await flood.sees(({ received }) => received >= channelWindow, 60_000);
		const other = await run("sh", "-c", "head -c 3000000 /dev/zero | wc -c");
		expect(await other.closed).toMatchObject({ exitCode: 0 });
		expect(other.stdout).toBe("3000000\n");
		expect(flood.received).toBe(channelWindow);
		flood.resume();
		await flood.sees(({ received }) => received > channelWindow * 2, 60_000);
		expect(process.memoryUsage().arrayBuffers).toBeLessThan(200 * 1024 * 1024);
		await flood.channel.send({ type: "stdinEnd" });
		await flood.closed;
	});
});

describe("a command", () => {
	test("has its streams apart, its input closed half-way, and its exit code", async () => {
		const client = await run("sh", "-c", "cat; echo problem >&2; exit 4");
		await client.type("from the client");
		await client.channel.send({ type: "stdinEnd" });
		expect(await client.closed).toEqual({ type: "closed", exitCode: 4, error: null });
		expect([client.stdout, client.stderr]).toEqual(["from the client", "problem\n"]);
	});

	test("that does not exist exits with 127", async () => {
		expect(await (await run("no-such-command")).closed).toMatchObject({ exitCode: 127, error: null });
	});

	test("takes a large input no faster than it reads it", async () => {
		const client = await run("sh", "-c", "sleep 0.2; sha256sum");
		const chunk = "a".repeat(1024 * 1024);
		let waited = 0;
		for (let i = 0; i < 8; i++) {
			const taken = client.type(chunk);
			if (taken) waited++;
			await taken;
		}
		expect(waited).toBeGreaterThan(0);
		await client.channel.send({ type: "stdinEnd" });
		await client.closed;
		expect(client.stdout).toMatch(/^[0-9a-f]{64} {2}-\n$/);
	});

	test("runs in a machine without a shell too, which has no shell console", async () => {
		const command = ["/bin/busybox", "sleep", "100000"];
		const bare = await inner.api.createContainer({ name: "bare", Image: smallImage, Cmd: command });
		await bare.start();
		await runExec(inner, "bare", { command: ["/bin/busybox", "rm", "/bin/sh"] });
		const client = await open({
			kind: "exec",
			range: "test",
			machine: "bare",
			command: ["/bin/busybox", "echo", "hi"],
		});
		expect(await client.closed).toMatchObject({ exitCode: 0 });
		expect(client.stdout).toBe("hi\n");
		const shell = open({ kind: "shell", range: "test", machine: "bare", ...size });
		await expect(shell).rejects.toMatchObject({ code: "UNSUPPORTED" });
	});

	test("ends when its client goes", async () => {
		const client = await run("sleep", "4712");
		client.channel.close();
		const script = "while grep -qs '471[2]' /proc/[0-9]*/cmdline; do sleep 0.05; done";
		expect((await runExec(inner, containerId, { command: ["sh", "-c", script] })).exitCode).toBe(0);
	});
});

describe("other channels", () => {
	test("VNC carries the server's bytes both ways", async () => {
		const vnc = await open({ kind: "vnc", ...where });
		await vnc.sees(/^RFB 003\.008\n$/);
		await vnc.type("hello");
		await vnc.sees(/^RFB 003\.008\nhello$/);
		vnc.channel.close();
		await vnc.channel.closed;
	});

	test("logs show what came, and what comes until the machine stops", async () => {
		const past = await open({ kind: "logs", ...where, follow: false, tail: 100 });
		expect(await past.closed).toEqual({ type: "closed", exitCode: null, error: null });
		expect([past.stdout, past.stderr]).toEqual(["started\n", "trouble\n"]);

		const following = await open({ kind: "logs", ...where, follow: true, tail: 1 });
		await following.sees(({ stdout, stderr }) => stdout + stderr !== "");
		const shell = await openShell();
		await shell.sees(prompt);
		await inner.api.getContainer(containerId).stop({ t: 5 });
		expect(await following.closed).toEqual({ type: "closed", exitCode: null, error: null });
		expect(await shell.closed).toMatchObject({
			error: { code: "STATE_CONFLICT", message: "The machine web of range test stopped." },
		});
	});

	test("a machine that does not run is refused with a reason", async () => {
		await expect(openShell()).rejects.toMatchObject({ code: expect.stringMatching(/ENGINE_REFUSED|STATE_CONFLICT/) });
	});
});
