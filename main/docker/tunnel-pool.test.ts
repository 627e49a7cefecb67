import http from "node:http";
import { type Duplex, duplexPair } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { fakeVersion, json } from "../testing/fake-engine.ts";
import type { DockerEngine, InnerEngine } from "./engine.ts";
import { connectInnerEngine } from "./inner-engine.ts";

/** A host engine whose execs are connections to a server in this process, framed as Docker frames them. */
class FakeHost {
	readonly server: http.Server;
	readonly open = new Set<Duplex>();
	started = 0;
	mostOpen = 0;
	isDown = false;

	constructor(listener: http.RequestListener) {
		this.server = http.createServer({ keepAliveTimeout: 0 }, listener);
	}

	engine(): DockerEngine {
		const exec = {
			start: async () => this.#connect(),
			inspect: async () => ({ Running: false, ExitCode: 0 }),
		};
		const container = {
			exec: async () => {
				if (this.isDown) throw new Error("the container is not running");
				return exec;
			},
		};
		const api: unknown = { getContainer: () => container };
		return {
			api: api as DockerEngine["api"],
			version: "28",
			apiVersion: "1.51",
			label: "host",
			ping: async () => undefined,
		};
	}

	/** Ends them as a daemon that stops does: orderly, while nobody reads. */
	async endAll(): Promise<void> {
		const ended = [...this.open].map((end) => new Promise((resolve) => end.once("close", resolve)));
		for (const end of this.open) end.end();
		await Promise.all(ended);
	}

	drop(): void {
		for (const end of this.open) end.destroy();
	}

	#connect(): Duplex {
		const [near, far] = duplexPair();
		const [carrier, served] = duplexPair();
		this.started++;
		this.open.add(far);
		this.mostOpen = Math.max(this.mostOpen, this.open.size);
		far.write(frame(2, Buffer.from("homerange-pid:7\n")));
		carrier.on("data", (bytes: Buffer) => far.write(frame(1, bytes)));
		carrier.once("end", () => far.end());
		far.on("data", (bytes: Buffer) => carrier.write(bytes));
		far.once("end", () => carrier.end());
		far.once("close", () => {
			this.open.delete(far);
			served.destroy();
		});
		far.on("error", () => undefined);
		served.on("error", () => undefined);
		this.server.emit("connection", served);
		return near;
	}
}

function frame(type: number, bytes: Buffer): Buffer {
	const header = Buffer.alloc(8);
	header[0] = type;
	header.writeUInt32BE(bytes.length, 4);
	return Buffer.concat([header, bytes]);
}

let inner: InnerEngine | null = null;

afterEach(() => {
	inner?.close();
	inner = null;
});

const answer: http.RequestListener = (request, response) => {
	if (request.url?.includes("/events")) response.writeHead(200).flushHeaders();
	else if (request.url?.endsWith("/version")) json(response, fakeVersion);
	else json(response, []);
};

describe("the pool of tunnels", () => {
	test("serves a burst with few tunnels and keeps them for the next", async () => {
		const host = new FakeHost(answer);
		const engine = await connectInnerEngine(host.engine(), "dind", "range a");
		inner = engine;
		for (let burst = 0; burst < 3; burst++) {
			await Promise.all(Array.from({ length: 50 }, () => engine.api.listContainers()));
		}
		expect(host.started).toBeLessThanOrEqual(8);
		expect(host.mostOpen).toBeLessThanOrEqual(8);
	});

	test("gives streams tunnels of their own, so that they never stop the others", async () => {
		const host = new FakeHost(answer);
		const engine = await connectInnerEngine(host.engine(), "dind", "range a");
		inner = engine;
		const streams = await Promise.all(Array.from({ length: 12 }, () => engine.api.getEvents()));
		expect(await engine.api.listContainers()).toEqual([]);
		expect(streams).toHaveLength(12);
	});

	test("replaces tunnels that died", async () => {
		const host = new FakeHost(answer);
		const engine = await connectInnerEngine(host.engine(), "dind", "range a");
		inner = engine;
		host.drop();
		expect(await engine.api.listContainers()).toEqual([]);
		host.isDown = true;
		host.drop();
		await expect(engine.ping()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
		host.isDown = false;
		await engine.ping();
	});

	test("does not use one for a change that ended while it was idle", async () => {
		const host = new FakeHost(answer);
		const engine = await connectInnerEngine(host.engine(), "dind", "range a");
		inner = engine;
		await host.endAll();
		await engine.api.createNetwork({ Name: "lan" });
		expect(host.started).toBe(2);
	});

	test("ends them all when it is closed, and everything that waits fails", async () => {
		const host = new FakeHost((request, response) => {
			if (request.url?.endsWith("/version")) json(response, fakeVersion);
		});
		const engine = await connectInnerEngine(host.engine(), "dind", "range a");
		const waiting = Array.from({ length: 20 }, () => engine.api.listContainers());
		const closed = Promise.allSettled(waiting);
		engine.close();
		expect((await closed).every(({ status }) => status === "rejected")).toBe(true);
		await expect(engine.ping()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
	});
});
