import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPlaces } from "./discovery.ts";

let home: string;

beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), "homerange-home-"));
});

afterEach(async () => {
	await rm(home, { recursive: true });
});

async function writeContext(name: string, host: string): Promise<void> {
	const id = createHash("sha256").update(name).digest("hex");
	const folder = join(home, ".docker", "contexts", "meta", id);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

async function useContext(name: string): Promise<void> {
	await mkdir(join(home, ".docker"), { recursive: true });
	await writeFile(join(home, ".docker", "config.json"), JSON.stringify({ currentContext: name, auths: {} }));
}

async function sources(env: NodeJS.ProcessEnv): Promise<string[]> {
	return (await findPlaces(env, home)).endpoints.map(({ source }) => source);
}

describe("the places where an engine could be", () => {
	test("without any configuration are the well-known sockets", async () => {
		expect(await sources({ XDG_RUNTIME_DIR: "/run/user/1000" })).toEqual([
			"/var/run/docker.sock",
			"/run/user/1000/docker.sock",
			`${home}/.docker/desktop/docker.sock`,
			`${home}/.docker/run/docker.sock`,
			`${home}/.rd/docker.sock`,
			`${home}/.colima/default/docker.sock`,
			"/run/user/1000/podman/podman.sock",
			"/run/podman/podman.sock",
		]);
	});

	test("begin with the current context, then the others, each address once", async () => {
		await writeContext("desktop-linux", `unix://${home}/.docker/desktop/docker.sock`);
		await writeContext("remote", "ssh://someone@example.invalid");
		await useContext("remote");
		const places = await findPlaces({}, home);
		expect(places.isExplicit).toBe(false);
		expect(places.endpoints.map(({ source }) => source).slice(0, 3)).toEqual([
			"context remote",
			"context desktop-linux",
			"/var/run/docker.sock",
		]);
		expect(new Set(places.endpoints.map(({ url }) => url)).size).toBe(places.endpoints.length);
	});

	test("DOCKER_HOST comes first, rules out the current context, and is the only one that may be used", async () => {
		await writeContext("desktop", "unix:///desktop.sock");
		await useContext("desktop");
		const places = await findPlaces({ DOCKER_HOST: "unix:///tmp/x.sock", DOCKER_CONTEXT: "desktop" }, home);
		expect(places.isExplicit).toBe(true);
		expect(places.endpoints[0]).toMatchObject({ source: "DOCKER_HOST", url: "unix:///tmp/x.sock" });
	});

	test("DOCKER_CONTEXT beats the configuration, and a missing one is not replaced silently", async () => {
		await writeContext("a", "unix:///a.sock");
		await useContext("b");
		expect((await sources({ DOCKER_CONTEXT: "a" }))[0]).toBe("context a");
		const missing = await findPlaces({ DOCKER_CONTEXT: "c" }, home);
		expect(missing.isExplicit).toBe(true);
		expect(missing.endpoints[0]).toMatchObject({ source: "context c", url: "missing://context" });
		expect(missing.problems.join()).toContain("does not exist");
	});

	test("TLS material is looked for where the variables say", async () => {
		const env = { DOCKER_HOST: "tcp://127.0.0.1:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
		expect((await findPlaces(env, home)).endpoints[0]).toMatchObject({ tlsFolder: "/certs", skipTlsVerify: false });
	});

	test("broken and huge files are reported and passed over", async () => {
		await mkdir(join(home, ".docker", "contexts", "meta", "x"), { recursive: true });
		await writeFile(join(home, ".docker", "config.json"), "{");
		await writeFile(join(home, ".docker", "contexts", "meta", "x", "meta.json"), Buffer.alloc(2 * 1024 * 1024, 0x20));
		const places = await findPlaces({}, home);
		expect(places.endpoints[0]?.source).toBe("/var/run/docker.sock");
		expect(places.problems).toHaveLength(2);
	});
});
