import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EngineStatus } from "../../contract/engines.ts";
import { silentLog } from "../log.ts";
import { type FakeEngine, startFakeEngine } from "../testing/fake-engine.ts";
import { firstOf } from "../testing/waiting.ts";
import { HostEngine } from "./host-engine.ts";

let folder: string;
let socketPath: string;
let host: HostEngine;
let fake: FakeEngine | null;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "homerange-host-"));
	socketPath = join(folder, "docker.sock");
	host = new HostEngine({ env: { DOCKER_HOST: `unix://${socketPath}` }, homeFolder: folder, log: silentLog });
	fake = null;
});

afterEach(async () => {
	host.close();
	await fake?.close();
	await rm(folder, { recursive: true });
});

function reaches(state: EngineStatus["state"]): Promise<EngineStatus> {
	return firstOf(
		(listener) => host.onChange(listener),
		(status) => status.state === state,
	);
}

describe("the host's engine", () => {
	test("is connecting at first, then connected with its facts", async () => {
		fake = await startFakeEngine({}, socketPath);
		expect(host.status().state).toBe("connecting");
		const engine = await host.ready();
		expect(engine).toMatchObject({ label: "host", version: "28.5.2", apiVersion: "1.51" });
		expect(host.status()).toMatchObject({
			state: "connected",
			chosen: { source: "DOCKER_HOST", verdict: "usable" },
			facts: { storageDriver: "overlay2", isDesktop: false },
		});
	});

	test("named by DOCKER_HOST and absent is an error with a remedy; nothing else is taken instead", async () => {
		await expect(host.ready()).rejects.toMatchObject({
			code: "ENGINE_UNREACHABLE",
			message: expect.stringContaining("DOCKER_HOST"),
			remedy: expect.any(String),
		});
		expect(host.status()).toMatchObject({ state: "unreachable", chosen: null });
		expect(() => host.current()).toThrow(expect.objectContaining({ code: "ENGINE_UNREACHABLE" }));
	});

	test("is found once it starts, without being asked again", async () => {
		host.start();
		await reaches("unreachable");
		const connected = reaches("connected");
		fake = await startFakeEngine({}, socketPath);
		await connected;
		expect(host.current().version).toBe("28.5.2");
	});

	test("that went away and came back is the same object, found after few requests", async () => {
		fake = await startFakeEngine({}, socketPath);
		const before = await host.ready();
		await fake.whenAsked("/events");
		const lost = reaches("connecting");
		const back = reaches("connected");
		fake.drop();
		await lost;
		await back;
		expect(host.current()).toBe(before);
		expect(fake.requests.filter((request) => request.includes("/version")).length).toBeLessThanOrEqual(4);
	});

	test("that stays away is looked for with growing pauses", async () => {
		fake = await startFakeEngine({}, socketPath);
		await host.ready();
		await fake.whenAsked("/events");
		const gone = reaches("unreachable");
		await fake.close();
		fake = null;
		await gone;
		expect(() => host.current()).toThrow(expect.objectContaining({ code: "ENGINE_UNREACHABLE" }));
	});

	test("rediscoveries at the same time are one", async () => {
		fake = await startFakeEngine({}, socketPath);
		await Promise.all([host.rediscover(), host.rediscover(), host.rediscover()]);
		expect(fake.requests.filter((request) => request === "GET /version")).toHaveLength(1);
	});
});
