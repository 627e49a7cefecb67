import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSlowly, sendRandom } from "../testing/bytes.ts";
import { startTestDind, type TestDind } from "../testing/dind.ts";
import { connectTestEngine, leftovers, smallImage, uniqueName } from "../testing/engine.ts";
import { importTestImage } from "../testing/image.ts";
import { machineAddress, startTestMachine } from "../testing/machine.ts";
import { ownListeners, processesIn } from "../testing/processes.ts";
import { eventAfter } from "../testing/waiting.ts";
import type { DockerEngine, InnerEngine } from "./engine.ts";
import { openExec, runExec } from "./exec.ts";
import { type TransferPhase, transferImage } from "./images.ts";
import { connectInnerEngine } from "./inner-engine.ts";
import { openRelay } from "./relay.ts";

/** Rounds of the byte test; CI does a few, a long run many. */
const rounds = Number(process.env.HOMERANGE_RELAY_ROUNDS || 2);
const bytes = 64 * 1024 * 1024;

let host: DockerEngine;
let dind: TestDind;
let inner: InnerEngine;
let machine: string;

/** Servers of the machine: an echo that ends when its client half-closes, and one that only counts. */
const servers = "nc -ll -p 9000 -e cat & nc -ll -p 9001 -e sha256sum & exec sleep 1000000";

beforeAll(async () => {
	host = await connectTestEngine();
	dind = await startTestDind(host);
	inner = await connectInnerEngine(host, dind.container, "range test");
	machine = await startTestMachine(host, inner, { name: "echo", command: ["sh", "-c", servers] });
	const untilUp = "until nc 127.0.0.1 9000 </dev/null && nc 127.0.0.1 9001 </dev/null >/dev/null; do sleep 0.1; done";
	await runExec(inner, machine, { command: ["sh", "-c", untilUp] });
});

afterAll(async () => {
	inner?.close();
	await dind?.remove();
	if (dind) expect(await leftovers(host, dind.label)).toEqual([]);
});

describe("the tunnel to the inner engine", () => {
	test("carries the API, many requests at once over few processes", async () => {
		const names = await Promise.all(
			Array.from({ length: 40 }, async () => (await inner.api.getContainer(machine).inspect()).Name),
		);
		expect(new Set(names)).toEqual(new Set(["/echo"]));
		const tunnels = (await processesIn(host, dind.container)).filter((line) => line.includes("dial-stdio"));
		expect(tunnels.length).toBeLessThanOrEqual(8);
	});

	test("keeps stdout, stderr, stdin and the exit code of a process apart", async () => {
		const result = await runExec(inner, machine, {
			command: ["sh", "-c", "cat; echo problem >&2; exit 7"],
			input: "täglich\n",
		});
		expect(result).toEqual({ exitCode: 7, stdout: "täglich\n", stderr: "problem\n" });
	});

	test("ends a process that takes too long, and says so", async () => {
		const run = runExec(inner, machine, { command: ["sleep", "54321"], limitMs: 1000, killable: true });
		await expect(run).rejects.toMatchObject({ code: "TIMEOUT" });
		const wait = "while grep -qs 54321 /proc/[0-9]*/cmdline; do sleep 0.05; done";
		const gone = await runExec(inner, machine, { command: ["sh", "-c", wait.replace("54321", "5432[1]")] });
		expect(gone.exitCode).toBe(0);
	});

	test("opens no port, here or in the DinD", async () => {
		const relay = await openRelay(host, dind, machineAddress, 9000);
		expect(await ownListeners()).toEqual([]);
		const listening = await runExec(host, dind.container, { command: dind.enterNetns(["ss", "-H", "-ltnu"]) });
		expect(listening).toEqual({ exitCode: 0, stdout: "", stderr: "" });
		relay.destroy();
	});
});

describe("a relay to a machine's port", () => {
	test(`carries ${rounds} x 64 MiB each way, half-closed, to a slow reader`, async () => {
		for (let round = 0; round < rounds; round++) {
			const relay = await openRelay(host, dind, machineAddress, 9000);
			const [sent, read] = await Promise.all([sendRandom(relay, bytes), readSlowly(relay)]);
			expect(read).toEqual({ sha256: sent, size: bytes });
		}
	});

	test("lets the machine answer after our direction was closed", async () => {
		const relay = await openRelay(host, dind, machineAddress, 9001);
		const sent = await sendRandom(relay, 8 * 1024 * 1024);
		let answer = "";
		for await (const chunk of relay) answer += chunk;
		expect(answer).toBe(`${sent}  -\n`);
	});

	test("does the same with the nc of an image that has no socat", async () => {
		const copy = "mkdir -p /tmp/nc && docker cp echo:/bin/busybox /tmp/nc/nc && ln -sf nc /tmp/nc/sh";
		expect((await runExec(host, dind.container, { command: ["sh", "-c", copy] })).exitCode).toBe(0);
		const place = { ...dind, enterNetns: (c: string[]) => dind.enterNetns(["env", "PATH=/tmp/nc", ...c]) };
		const relay = await openRelay(host, place, machineAddress, 9000);
		const size = 8 * 1024 * 1024;
		const [sent, read] = await Promise.all([sendRandom(relay, size), readSlowly(relay)]);
		expect(read).toEqual({ sha256: sent, size });
	});

	test("says that nobody listens", async () => {
		await expect(openRelay(host, dind, machineAddress, 81)).rejects.toMatchObject({
			code: "ENGINE_REFUSED",
			message: expect.stringContaining("refused"),
		});
	});

	test("leaves no process behind when it is dropped half-way", async () => {
		const relay = await openRelay(host, dind, machineAddress, 9000);
		relay.write(Buffer.alloc(1024 * 1024));
		relay.destroy();
		const wait = "while grep -qs TCP:10.0.1.100:9000 /proc/[0-9]*/cmdline; do sleep 0.05; done";
		const script = wait.replace("9000", "900[0]");
		expect((await runExec(host, dind.container, { command: ["sh", "-c", script] })).exitCode).toBe(0);
	});
});

describe("an image on its way into a range", () => {
	const image = `${uniqueName("image")}:1`;
	const imageBytes = 24 * 1024 * 1024;

	beforeAll(() => importTestImage(host, image, imageBytes));
	afterAll(() => host.api.getImage(image).remove());

	test("is given up on a cancel, then sent with its progress, then skipped", async () => {
		const cancel = new AbortController();
		const cancelled = transferImage(host, inner, image, {
			signal: cancel.signal,
			onProgress: ({ done }) => done > imageBytes / 8 && cancel.abort(),
		});
		await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
		await expect(inner.api.getImage(image).inspect()).rejects.toMatchObject({ statusCode: 404 });

		const phases: TransferPhase[] = [];
		let most = 0;
		const sent = await transferImage(host, inner, image, {
			onProgress({ phase, done, total }) {
				if (phases.at(-1) !== phase) phases.push(phase);
				expect(done).toBeLessThanOrEqual(total ?? Number.POSITIVE_INFINITY);
				most = Math.max(most, done);
			},
		});
		expect(phases).toEqual(["starting", "found_on_host", "transferring", "complete"]);
		expect(most).toBeGreaterThan(imageBytes);
		const source = await host.api.getImage(image).inspect();
		expect(sent).toEqual({ imageId: source.Id, skipped: false });
		expect(await transferImage(host, inner, image)).toEqual({ imageId: source.Id, skipped: true });
	});

	test("is only tagged when it is there under another name", async () => {
		const { Id: id } = await inner.api.getImage(smallImage).inspect();
		await inner.api.getImage(smallImage).tag({ repo: "other", tag: "1" });
		await inner.api.getImage(smallImage).remove();
		expect(await transferImage(host, inner, smallImage)).toEqual({ imageId: id, skipped: true });
	});

	test("is refused when the host does not have it", async () => {
		await expect(transferImage(host, inner, "homerange/nothing:9")).rejects.toMatchObject({
			code: "IMAGE_UNAVAILABLE",
		});
	});
});

describe("after a restart", () => {
	test("of the inner daemon the same connection answers again", async () => {
		const killed = await runExec(host, dind.container, { command: ["sh", "-c", "kill $(cat /var/run/docker.pid)"] });
		expect(killed.exitCode).toBe(0);
		// The DinD's first process is the daemon: its container ends with it.
		await host.api.getContainer(dind.container).wait();
		await expect(inner.ping()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
		await host.api.getContainer(dind.container).start();
		await dind.whenReady();
		await inner.ping();
		expect((await inner.api.getContainer(machine).inspect()).State.Running).toBe(false);
	});

	test("of the DinD the same connection answers again, and its streams have ended", async () => {
		await inner.api.getContainer(machine).start();
		const exec = await openExec(inner, machine, { command: ["cat"] });
		const over = new Promise((resolve) => exec.stream.once("close", resolve));
		exec.stream.resume();
		exec.stderr.resume();
		await eventAfter(
			host,
			({ action, attributes }) => action === "start" && attributes.name === dind.container,
			() => host.api.getContainer(dind.container).restart({ t: 0 }),
		);
		await over;
		await dind.whenReady();
		await inner.ping();
	});

	test("closing ends every tunnel's process", async () => {
		inner.close();
		const wait = "while grep -qs 'dial-stdi[o]' /proc/[0-9]*/cmdline; do sleep 0.05; done";
		expect((await runExec(host, dind.container, { command: ["sh", "-c", wait] })).exitCode).toBe(0);
		await expect(inner.ping()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
	});
});
