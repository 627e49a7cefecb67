import http from "node:http";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { type FakeEngine, fakeVersion, json, startFakeEngine } from "../testing/fake-engine.ts";
import type { ApiTarget } from "./api-transport.ts";
import type { DockerEngine } from "./engine.ts";
import { openEngine } from "./open-engine.ts";

const fakes: FakeEngine[] = [];
const agents: http.Agent[] = [];

async function engineWith(
	answers: Parameters<typeof startFakeEngine>[0],
): Promise<{ engine: DockerEngine; fake: FakeEngine }> {
	const fake = await startFakeEngine(answers);
	fakes.push(fake);
	const pooled = new http.Agent({ keepAlive: true });
	agents.push(pooled);
	const target: ApiTarget = {
		secure: false,
		connection: { socketPath: fake.socketPath },
		pooled,
		dedicated: new http.Agent(),
	};
	return { engine: await openEngine(target, "host"), fake };
}

afterEach(async () => {
	for (const agent of agents.splice(0)) agent.destroy();
	await Promise.all(fakes.splice(0).map((fake) => fake.close()));
});

describe("the transport", () => {
	test("pins every request to the negotiated version", async () => {
		const { engine, fake } = await engineWith({});
		await engine.api.info();
		expect(fake.requests).toEqual(["GET /version", "GET /v1.51/info"]);
	});

	test("gives the engine's own message, without control characters, and its status", async () => {
		const { engine } = await engineWith({
			"/containers/x/json": (_, response) => json(response, { message: "No such \u001b[31mcontainer: x\u0007" }, 404),
		});
		await expect(engine.api.getContainer("x").inspect()).rejects.toMatchObject({
			code: "ENGINE_REFUSED",
			statusCode: 404,
			message: "No such container: x",
			place: "host",
		});
	});

	test("tells a full disk apart", async () => {
		const { engine } = await engineWith({
			"/containers/x/start": (_, response) => json(response, { message: "mkdir /x: no space left on device" }, 500),
		});
		await expect(engine.api.getContainer("x").start()).rejects.toMatchObject({ code: "DISK_FULL" });
	});

	test("refuses an endless answer before it fills the memory", async () => {
		const chunk = Buffer.alloc(1024 * 1024, 0x20);
		const { engine } = await engineWith({
			"/containers/json": (_, response) => {
				response.writeHead(200, { "content-type": "application/json" });
				const write = () => {
					while (response.write(chunk));
					response.once("drain", write);
				};
				write();
			},
		});
		await expect(engine.api.listContainers()).rejects.toMatchObject({
			code: "ENGINE_REFUSED",
			message: expect.stringContaining("larger"),
		});
	});

	test("notices a connection that breaks inside an answer", async () => {
		const { engine } = await engineWith({
			"/info": (_, response) => {
				response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
				response.write("{", () => response.destroy());
			},
		});
		await expect(engine.api.info()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
	});

	test("asks again when a kept connection turns out to be dead, and does not repeat what changes something", async () => {
		let kills = 0;
		const killOnce: (request: http.IncomingMessage, response: http.ServerResponse) => void = (request, response) => {
			kills++;
			if (kills === 1) request.socket.destroy();
			else json(response, []);
		};
		const { engine, fake } = await engineWith({ "/containers/json": killOnce, "/networks/create": killOnce });
		expect(await engine.api.listContainers()).toEqual([]);
		expect(fake.requests.slice(1)).toEqual(["GET /v1.51/containers/json", "GET /v1.51/containers/json"]);
		kills = 0;
		await expect(engine.api.createNetwork({ Name: "a" })).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
		expect(kills).toBe(1);
	});

	test("is cancelled by its signal", async () => {
		const abort = new AbortController();
		const { engine } = await engineWith({ "/containers/x/json": () => abort.abort() });
		const options: object = { abortSignal: abort.signal };
		await expect(engine.api.getContainer("x").inspect(options)).rejects.toMatchObject({ name: "AbortError" });
	});

	test("refuses an engine that answers a hijack with a plain answer", async () => {
		const { engine } = await engineWith({ "/exec/x/start": (_, response) => json(response, {}) });
		const start = engine.api.getExec("x").start({ hijack: true, stdin: true });
		await expect(start).rejects.toMatchObject({ code: "ENGINE_REFUSED" });
	});

	test("a machine's log that looks like JSON stays bytes", async () => {
		const { engine } = await engineWith({ "/containers/x/logs": (_, response) => response.end("123") });
		const log = await engine.api.getContainer("x").logs({ stdout: true });
		expect(Buffer.isBuffer(log) && log.toString()).toBe("123");
	});

	test("a stream that breaks is an error of the stream", async () => {
		const { engine } = await engineWith({
			"/images/x/push": (_, response) => response.write("{}\n", () => response.destroy()),
		});
		const stream = (await engine.api.getImage("x").push({})) as unknown as Readable;
		await expect(stream.toArray()).rejects.toThrow("aborted");
	});

	test("what is no Docker Engine is refused", async () => {
		await expect(engineWith({ "/version": (_, response) => json(response, { hello: "world" }) })).rejects.toMatchObject(
			{
				code: "ENGINE_REFUSED",
			},
		);
		const old = { ...fakeVersion, ApiVersion: "1.30", MinAPIVersion: "1.12" };
		await expect(engineWith({ "/version": (_, response) => json(response, old) })).rejects.toMatchObject({
			code: "ENGINE_REFUSED",
		});
	});
});
