import { mkdtempSync, rmSync, statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ChannelFrame, ChannelRequest } from "../../contract/consoles.ts";
import { HomerangeError } from "../../contract/errors.ts";
import type { HypervisorStatus } from "../../contract/hypervisor.ts";
import { ChangeBus } from "../changes/change-bus.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { AuditLog } from "../events/audit-log.ts";
import { silentLog } from "../log.ts";
import { SettingsStore } from "../settings/settings-store.ts";
import { Tasks } from "../tasks/tasks.ts";
import { openChannel } from "./channel-client.ts";
import { connectEngine, type EngineClient } from "./client.ts";
import { createRouter } from "./router.ts";
import { type EngineServer, serveEngine } from "./server.ts";
import type { RangeService, ServedChannel } from "./services.ts";
import type { VmService } from "./vm-service.ts";

let folder: string;
let socket: string;
let db: Database;
let server: EngineServer;
let client: EngineClient;
let events: AuditLog;
const logged = vi.fn();

const noRange = () => {
	throw new HomerangeError("RANGE_NOT_FOUND", "There is no range x.", { remedy: "List them.", place: "x" });
};
const ranges: RangeService = {
	whenLooked: async () => undefined,
	findOrphans: async () => noRange(),
	removeOrphans: async () => noRange(),
	list: () => [],
	get: noRange,
	preview: async () => noRange(),
	deploy: () => Promise.reject(new TypeError("a bug")),
	start: async () => noRange(),
	stop: async () => noRange(),
	restart: async () => noRange(),
	pause: async () => noRange(),
	retry: async () => noRange(),
	setNetwork: async () => noRange(),
	previewUpdate: async () => noRange(),
	update: async () => noRange(),
	resume: async () => noRange(),
	destroy: async () => noRange(),
	continueInterrupted: async () => noRange(),
};

const hypervisor: HypervisorStatus = {
	...{ state: "off", uri: null, libvirtVersion: null, qemuVersion: null, reason: null, remedy: null, host: null },
};
/** Nothing here asks for a VM. */
const noVms = new Proxy({} as VmService, { get: () => () => Promise.reject(new Error("there are no VMs here")) });

/** Gives back what it is sent and ends at the end of the input. */
function echo(request: ChannelRequest): ServedChannel {
	if (!("range" in request) || request.range !== "echo")
		throw new HomerangeError("MACHINE_NOT_FOUND", "There is no such machine.");
	const { promise: closed, resolve } = Promise.withResolvers<void>();
	let tell: (frame: ChannelFrame) => void = () => undefined;
	return {
		onFrame: (listener) => {
			tell = listener;
			tell({ type: "opened", session: null });
		},
		send: (frame) => {
			if (frame.type === "stdin") tell({ type: "stdout", bytes: frame.bytes });
			if (frame.type === "stdinEnd") {
				tell({ type: "closed", exitCode: 3, error: null });
				resolve();
			}
		},
		close: resolve,
		closed,
	};
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "homerange-rpc-"));
	socket = join(folder, "engine.sock");
	db = openDatabase(folder);
	const changes = new ChangeBus();
	const settings = new SettingsStore(db, changes, silentLog);
	const tasks = new Tasks(db, changes, silentLog);
	events = new AuditLog(db, changes);
	const info = { version: "1", pid: 1, kind: "background" as const, dataFolder: folder, startedAt: "now" };
	const engine = { state: "unreachable" as const, chosen: null, candidates: [], facts: null };
	const unused = () => Promise.reject(new Error("not part of this test"));
	const router = createRouter(
		{
			info,
			ranges,
			layers: { list: unused, free: unused },
			bundles: { show: unused, create: unused, install: unused },
			images: {
				list: unused,
				get: unused,
				pull: noRange,
				import: unused,
				imported: noRange,
				export: noRange,
				build: noRange,
				buildOutput: noRange,
				promoteForm: unused,
				promote: unused,
				delete: unused,
				prune: unused,
			},
			tasks,
			events,
			settings,
			changes,
			blueprints: { shipped: unused, read: unused, validate: unused },
			host: { status: () => engine, rediscover: async () => engine },
			channels: { open: async (request) => echo(request) },
			usage: { watch: noRange },
			networkTests: {
				async *run() {
					yield { kind: "progress", done: 1, total: 2, message: "half" };
					noRange();
				},
			},
			templates: {
				list: () => [],
				get: noRange,
				create: noRange,
				update: noRange,
				duplicate: noRange,
				delete: noRange,
				export: noRange,
				import: noRange,
			},
			snapshots: {
				list: unused,
				get: unused,
				takeMachine: unused,
				edit: unused,
				delete: unused,
				listRanges: () => [],
				getRange: noRange,
				takeRange: unused,
				editRange: noRange,
				restore: unused,
				deleteRange: unused,
				sweep: unused,
			},
			vms: noVms,
			runDoctor: unused,
			snapshot: () => ({
				kind: "snapshot",
				host: info,
				ranges: [],
				tasks: [],
				engine,
				settings: settings.get(),
				hypervisor,
				vms: [],
				events: [],
			}),
			handOver: () => ({ runningTasks: [] }),
		},
		{ ...silentLog, error: logged },
	);
	server = await serveEngine(socket, router, { open: async (request) => echo(request) }, silentLog, {
		headersTimeout: 100,
		requestTimeout: 60_000,
		keepAliveTimeout: 60_000,
		connectionsCheckingInterval: 20,
	});
	const connected = await connectEngine(socket);
	if (connected === null) throw new Error("nothing listens");
	client = connected;
});
afterAll(async () => {
	await client.close();
	server.stopListening();
	server.closeConnections();
	db.close();
	rmSync(folder, { recursive: true });
});

test("only the owner may open the socket", () => {
	expect(statSync(socket).mode & 0o777).toBe(0o600);
});

test("a connection that asks for nothing is ended, a client's lifeline is not", async () => {
	let isLost = false;
	void client.lost.then(() => {
		isLost = true;
	});
	const silent = connect(socket);
	silent.resume();
	await new Promise((resolve) => silent.once("close", resolve));
	expect(isLost).toBe(false);
	expect(server.clients).toBeGreaterThan(0);
});

test("an engine that ends before it answers is none, so that the next one is waited for", async () => {
	const path = join(folder, "ending.sock");
	const ending = createServer((connection) => connection.destroy());
	await new Promise<void>((resolve) => ending.listen(path, resolve));
	expect(await connectEngine(path)).toBeNull();
	await new Promise((resolve) => ending.close(resolve));
});

test("a call gives what the contract says", async () => {
	expect(await client.api.settings.set({ concurrency: 3 })).toMatchObject({ concurrency: 3 });
	expect(await client.api.ranges.list({})).toEqual([]);
});

test("an error of the catalogue crosses with its code, remedy and place", async () => {
	await expect(client.api.ranges.get({ range: "x" })).rejects.toMatchObject({
		name: "HomerangeError",
		code: "RANGE_NOT_FOUND",
		remedy: "List them.",
		place: "x",
	});
});

test("an error in the middle of a stream crosses like any other", async () => {
	const stream = await client.api.ranges.testNetwork({ range: "x" });
	expect(await stream.next()).toMatchObject({ value: { kind: "progress", message: "half" } });
	await expect(stream.next()).rejects.toMatchObject({ code: "RANGE_NOT_FOUND", remedy: "List them.", place: "x" });
});

test("input that the contract forbids is refused with its reason", async () => {
	await expect(client.api.ranges.get({ range: "" })).rejects.toMatchObject({
		code: "INPUT_INVALID",
		message: expect.stringContaining("range"),
	});
	// @ts-expect-error a key that the contract does not know
	await expect(client.api.settings.set({ telemetry: true })).rejects.toMatchObject({ code: "INPUT_INVALID" });
});

test("a bug is logged and crosses as INTERNAL, without its stack", async () => {
	const call = client.api.ranges.deploy({ source: { kind: "shipped", name: "x" }, copies: 1 });
	await expect(call).rejects.toMatchObject({ code: "INTERNAL", message: "a bug" });
	expect(logged).toHaveBeenCalledOnce();
});

test("a watch begins with everything and goes on with each change, until it is left", async () => {
	const abort = new AbortController();
	const kinds: string[] = [];
	for await (const change of await client.api.changes.watch({}, { signal: abort.signal })) {
		kinds.push(change.kind);
		if (change.kind === "event") break;
		events.record({ severity: "info", type: "test", actor: "engine", message: "hello" });
	}
	expect(kinds).toEqual(["snapshot", "event"]);
	abort.abort();
});

test("a body beyond the limit is refused", async () => {
	const status = await new Promise((resolve, reject) => {
		const request = httpRequest({ socketPath: socket, method: "POST", path: "/rpc/host/info" }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		request.on("error", reject);
		request.setHeader("content-type", "application/json");
		request.end(Buffer.alloc(9 * 1024 * 1024, " "));
	});
	expect(status).toBe(413);
});

const exec = (range: string): ChannelRequest => ({ kind: "exec", range, machine: "m", command: ["cat"] });

test("a channel carries bytes both ways and ends with the exit code", async () => {
	const channel = await openChannel(socket, exec("echo"));
	const sent = Buffer.alloc(3_000_000, "0123456789");
	const sending = channel.send({ type: "stdin", bytes: sent }).then(() => channel.send({ type: "stdinEnd" }));
	const received: Uint8Array[] = [];
	let exitCode: number | null = null;
	for await (const frame of channel.frames()) {
		if (frame.type === "stdout") received.push(frame.bytes);
		if (frame.type === "closed") exitCode = frame.exitCode;
	}
	await sending;
	expect(Buffer.concat(received).equals(sent)).toBe(true);
	expect(exitCode).toBe(3);
});

test("a channel that is refused says why", async () => {
	const channel = await openChannel(socket, exec("nowhere"));
	const frames = await Array.fromAsync(channel.frames());
	expect(frames).toMatchObject([{ type: "closed", exitCode: null, error: { code: "MACHINE_NOT_FOUND" } }]);
});

test("noise on a channel ends it, and the engine goes on", async () => {
	const noise = connect(socket);
	noise.write("GET /channel HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: homerange-channel\r\n\r\n");
	noise.write(Buffer.alloc(1000, 0xff));
	const answer = Buffer.concat(await Array.fromAsync(noise)).toString();
	expect(answer).toContain("INPUT_INVALID");
	expect(await client.api.ranges.list({})).toEqual([]);
});
