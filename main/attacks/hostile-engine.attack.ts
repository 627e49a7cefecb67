import http, { type ServerResponse } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import type { ApiTarget } from "../docker/api-transport.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { watchEvents } from "../docker/events.ts";
import { runExec } from "../docker/exec.ts";
import { openLogs } from "../docker/logs.ts";
import { openEngine } from "../docker/open-engine.ts";
import { DockerProvider } from "../providers/docker/docker-provider.ts";
import { json, startFakeEngine } from "../testing/fake-engine.ts";

/**
 * An inner engine in the hands of a trainee, who can make it answer anything. Each attack has to end in an error,
 * in time, and with memory that does not grow with what is sent. Endless answers, broken answers and wrong frames
 * have tests beside the transport that reads them (main/docker); these are the streams behind it.
 */
const MiB = 1024 ** 2;
const gigabyte = 1024 * MiB;
/** Far less than what is sent, and more than the noise of a test runner. */
const memoryLimit = 256 * MiB;

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	vi.useRealTimers();
	for (const end of ends.splice(0).reverse()) await end();
});

type Answers = Parameters<typeof startFakeEngine>[0];

async function hostile(answers: Answers): Promise<DockerEngine> {
	const fake = await startFakeEngine(answers);
	const pooled = new http.Agent({ keepAlive: true });
	ends.push(
		() => fake.close(),
		() => pooled.destroy(),
	);
	const connection = { socketPath: fake.socketPath };
	const target: ApiTarget = { secure: false, connection, pooled, dedicated: new http.Agent() };
	return await openEngine(target, "range of a trainee");
}

/** Sends one buffer over and over until so many bytes were taken; counts them. */
function pour(response: ServerResponse, chunk: Buffer, total: number): { sent: number } {
	const state = { sent: 0 };
	const write = () => {
		while (state.sent < total && !response.destroyed) {
			state.sent += chunk.length;
			if (!response.write(chunk)) {
				response.once("drain", write);
				return;
			}
		}
	};
	write();
	return state;
}

/** The bytes that the process holds more at its highest moment while `act` runs. */
async function memoryDuring(act: () => Promise<unknown>): Promise<number> {
	const used = () => process.memoryUsage.rss();
	const before = used();
	let most = before;
	const look = setInterval(() => {
		most = Math.max(most, used());
	}, 10);
	try {
		await act();
	} finally {
		clearInterval(look);
	}
	return Math.max(most, used()) - before;
}

const stream = (response: ServerResponse) => response.writeHead(200, { "content-type": "application/json" });

test("one JSON line of a gigabyte in the stream of events ends it early", async () => {
	let sent = { sent: 0 };
	const engine = await hostile({
		"/events": (_, response) => {
			stream(response).write('{"Type":"');
			sent = pour(response, Buffer.alloc(MiB, 0x61), gigabyte);
		},
	});
	const { promise, resolve } = Promise.withResolvers<Error | null>();
	const memory = await memoryDuring(async () => {
		watchEvents(engine, { onEvent: () => undefined, onEnd: resolve });
		await promise;
	});
	expect(await promise).toMatchObject({
		code: "ENGINE_REFUSED",
		message: expect.stringContaining("a line of more than"),
	});
	expect(sent.sent).toBeLessThan(64 * MiB);
	expect(memory).toBeLessThan(memoryLimit);
});

test("an endless stream of good events and of rubbish costs no memory, and is left at once", async () => {
	const event = {
		Type: "container",
		Action: "die",
		Actor: { ID: "x", Attributes: { name: "a".repeat(500) } },
		time: 1,
	};
	const lines = `${JSON.stringify(event)}\n{"Type":7}\n[]\nnull\n`.repeat(500);
	const engine = await hostile({
		"/events": (_, response) => void pour(stream(response), Buffer.from(lines), gigabyte),
	});
	let seen = 0;
	const { promise: enough, resolve: see } = Promise.withResolvers<void>();
	const { promise: ended, resolve: end } = Promise.withResolvers<Error | null>();
	const memory = await memoryDuring(async () => {
		const watch = watchEvents(engine, { onEvent: () => ++seen === 30_000 && see(), onEnd: end });
		await enough;
		watch.close();
		await ended;
	});
	expect(await ended).toBeNull();
	expect(memory).toBeLessThan(memoryLimit);
});

test("a log without an end is read no faster than it is taken", async () => {
	let sent = { sent: 0 };
	const frame = Buffer.alloc(64 * 1024 + 8, 0x61);
	frame.writeUInt8(1, 0);
	frame.fill(0, 1, 4);
	frame.writeUInt32BE(64 * 1024, 4);
	const engine = await hostile({
		"/containers/x/json": (_, response) => json(response, { Config: { Tty: false } }),
		"/containers/x/logs": (_, response) => {
			sent = pour(response.writeHead(200), frame, gigabyte);
		},
	});
	const abort = new AbortController();
	ends.push(() => abort.abort());
	let taken = 0;
	const { promise: full, resolve } = Promise.withResolvers<void>();
	const memory = await memoryDuring(async () => {
		const options = { follow: true, tail: 10 };
		const onBytes = (_: string, bytes: Buffer) => {
			taken += bytes.length;
			if (taken < 8 * MiB) return;
			log.pause();
			resolve();
		};
		const log = await openLogs(engine, "x", options, { onBytes, onEnd: () => undefined }, abort.signal);
		log.resume();
		await full;
		await settled(() => sent.sent);
	});
	expect(sent.sent).toBeLessThan(taken + 16 * MiB);
	expect(memory).toBeLessThan(memoryLimit);
});

test("a command that prints for ever is cut at its limits of bytes and of time", async () => {
	const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 1, 0, 0]), Buffer.alloc(0x10000, 0x61)]);
	const engine = await hostile({
		"/containers/x/exec": (_, response) => json(response, { Id: "e" }, 201),
		"/exec/e/start": (_, response) => {
			const { socket } = response;
			socket?.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
			const write = () => {
				while (socket?.writable && socket.write(frame));
				socket?.once("drain", write);
			};
			write();
		},
		"/exec/e/json": (_, response) => json(response, { Running: true, ExitCode: null }),
	});
	const memory = await memoryDuring(async () => {
		const run = runExec(engine, "x", { command: ["yes"], limitMs: 700 });
		await expect(run).rejects.toMatchObject({ code: "TIMEOUT" });
	});
	expect(memory).toBeLessThan(memoryLimit);
});

test("headers without an end are refused", async () => {
	const engine = await hostile({
		"/containers/json": (_, response) => {
			const line = Buffer.from(`x-${"a".repeat(1000)}: b\r\n`);
			response.socket?.write("HTTP/1.1 200 OK\r\n");
			const write = () => {
				while (response.socket?.writable && response.socket.write(line));
				response.socket?.once("drain", write);
			};
			write();
		},
	});
	await expect(engine.api.listContainers()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
});

test.each(["no answer at all", "an answer byte by byte"])("%s is given up", async (kind) => {
	const { promise: asked, resolve } = Promise.withResolvers<void>();
	const engine = await hostile({
		"/containers/json": (_, response) => {
			if (kind === "an answer byte by byte") stream(response).write("[");
			resolve();
		},
	});
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	const list = engine.api.listContainers();
	const refused = expect(list).rejects.toMatchObject({
		message: expect.stringMatching(/no answer|did not end in time/),
	});
	await asked;
	// The head of the answer arrives in real time; only the limits are hurried on.
	for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
	await vi.advanceTimersByTimeAsync(61_000);
	await refused;
});

test("what it says of a machine is checked, bounded, and free of control characters", async () => {
	const answer = (change: object) => ({
		Id: "0".repeat(64),
		Config: { Labels: { "io.homerange.machine": "a" } },
		NetworkSettings: { Networks: {} },
		State: {
			...{ Status: "exited", Running: false, Paused: false, ExitCode: 127, OOMKilled: false, Pid: 0, StartedAt: "" },
			Error: `\u001b]0;owned\u0007\u001b[2J<img src=x onerror=alert(1)>${"e".repeat(100_000)}`,
		},
		...change,
	});
	const engine = await hostile({
		"/containers/good/json": (_, response) => json(response, answer({})),
		"/containers/path/json": (_, response) => json(response, answer({ Id: "../../../etc/passwd" })),
		"/containers/shape/json": (_, response) => json(response, answer({ State: "running" })),
	});
	const provider = new DockerProvider({
		extraHosts: () => [],
		inner: { ...engine, close: () => undefined },
		site: { host: engine, container: "x", enterNetns: (command) => command },
		range: { owner: "o", rangeId: "r", rangeName: "r" },
		gateways: new Map(),
		limits: { perMachine: true, reason: null },
		attachRouter: async () => undefined,
		fileSources: () => new Map(),
	});
	const { signal } = new AbortController();
	const observed = await provider.inspect("good", signal);
	expect(observed?.error?.length).toBeLessThanOrEqual(500);
	expect(observed?.error).not.toMatch(/\p{Cc}/u);
	expect(observed?.error).toContain("<img src=x");
	await expect(provider.inspect("path", signal)).rejects.toThrow();
	await expect(provider.inspect("shape", signal)).rejects.toThrow();
});

/** Resolves when a number has not grown for a while of the event loop's turns. */
async function settled(value: () => number): Promise<void> {
	let before = -1;
	let still = 0;
	while (still < 50) {
		await new Promise((done) => setImmediate(done));
		still = value() === before ? still + 1 : 0;
		before = value();
	}
}
