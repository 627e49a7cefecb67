import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type FakeEngine, fakeVersion, json, startFakeEngine } from "../testing/fake-engine.ts";
import { probeEndpoint } from "./probe.ts";

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
	for (const clean of cleanups.splice(0)) await clean();
});

async function fake(version: object): Promise<FakeEngine> {
	const engine = await startFakeEngine({ "/version": (_, response) => json(response, version) });
	cleanups.push(() => engine.close());
	return engine;
}

async function temporary(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "homerange-probe-"));
	cleanups.push(() => rm(folder, { recursive: true }));
	return folder;
}

async function verdict(url: string): Promise<string> {
	const { candidate, engine } = await probeEndpoint({ source: "test", url, tlsFolder: null, skipTlsVerify: false });
	expect(engine === null).toBe(candidate.verdict !== "usable");
	expect(candidate.message).not.toBe("");
	if (candidate.verdict !== "usable") expect(candidate.remedy).toEqual(expect.any(String));
	return candidate.verdict;
}

describe("what is found at a place", () => {
	test("an engine is usable, whatever newer API it offers", async () => {
		expect(await verdict(`unix://${(await fake(fakeVersion)).socketPath}`)).toBe("usable");
		const newer = { ...fakeVersion, Version: "29.0.0", ApiVersion: "1.52", MinAPIVersion: "1.44" };
		expect(await verdict(`unix://${(await fake(newer)).socketPath}`)).toBe("usable");
	});

	test("an engine that is too old or too new is refused", async () => {
		const old = { ...fakeVersion, ApiVersion: "1.39", MinAPIVersion: "1.12" };
		expect(await verdict(`unix://${(await fake(old)).socketPath}`)).toBe("refused");
		const future = { ...fakeVersion, ApiVersion: "1.99", MinAPIVersion: "1.90" };
		expect(await verdict(`unix://${(await fake(future)).socketPath}`)).toBe("refused");
	});

	test("Podman is unsupported, however well it answers", async () => {
		const podman = { ...fakeVersion, Version: "5.0", Components: [{ Name: "Podman Engine" }] };
		expect(await verdict(`unix://${(await fake(podman)).socketPath}`)).toBe("unsupported");
	});

	test("a file, a missing socket and a dead socket are told apart", async () => {
		const folder = await temporary();
		await writeFile(join(folder, "file"), "");
		expect(await verdict(`unix://${folder}/file`)).toBe("refused");
		expect(await verdict(`unix://${folder}/none.sock`)).toBe("absent");
		// A server removes its socket when it closes, unless that has another name by then: like one that was killed.
		const server = await listen(join(folder, "live.sock"));
		await rename(join(folder, "live.sock"), join(folder, "dead.sock"));
		server.close();
		expect(await verdict(`unix://${folder}/dead.sock`)).toBe("no-answer");
	});

	test("what does not speak HTTP is no engine", async () => {
		const folder = await temporary();
		const noise = await listen(join(folder, "noise.sock"), "SSH-2.0-x\r\n");
		expect(await verdict(`unix://${folder}/noise.sock`)).toMatch(/refused|no-answer/);
		noise.close();
	});

	test.each([
		["ssh://someone@example.invalid", "unsupported"],
		["npipe:////./pipe/docker_engine", "unsupported"],
		["missing://context", "absent"],
		["tcp://127.0.0.1:1", "no-answer"],
	])("%s is %s", async (url, expected) => {
		expect(await verdict(url)).toBe(expected);
	});

	test.skipIf(process.getuid?.() === 0)("a socket of somebody else is told as a matter of permission", async () => {
		const { socketPath } = await fake(fakeVersion);
		await chmod(socketPath, 0);
		expect(await verdict(`unix://${socketPath}`)).toBe("no-permission");
	});
});

function listen(path: string, greeting = ""): Promise<Server> {
	const server = createServer((socket) => socket.end(greeting));
	return new Promise((resolve) => server.listen(path, () => resolve(server)));
}
