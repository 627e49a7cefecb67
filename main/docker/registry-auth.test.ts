import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../log.ts";
import { fakeVersion, json, startFakeEngine } from "../testing/fake-engine.ts";
import { HostEngine } from "./host-engine.ts";
import { pullImage } from "./image-pull.ts";
import { registryAuth, registryOf } from "./registry-auth.ts";

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-auth-"));
	env = { PATH: `${folder}:${process.env.PATH}`, DOCKER_CONFIG: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = (value: object) => writeFileSync(join(folder, "config.json"), JSON.stringify(value));
const base64 = (text: string) => Buffer.from(text).toString("base64");
const ask = (reference: string) => registryAuth(reference, { env, homeFolder: "/nowhere" });

/** A helper as the Docker CLI's: the script gets the registry as $registry. */
function helper(name: string, script: string): void {
	const file = join(folder, `docker-credential-${name}`);
	writeFileSync(file, `#!/bin/sh\nread -r registry || true\n[ "$1" = get ] || exit 9\n${script}\n`);
	chmodSync(file, 0o755);
}

test.each([
	["nginx", "https://index.docker.io/v1/"],
	["team/web:1", "https://index.docker.io/v1/"],
	["docker.io/library/nginx", "https://index.docker.io/v1/"],
	["registry.example/team/web", "registry.example"],
	["registry.example:5000/web:1", "registry.example:5000"],
	["localhost/web", "localhost"],
])("%s comes from %s", (reference, registry) => {
	expect(registryOf(reference)).toBe(registry);
});

describe("credentials of the Docker CLI", () => {
	test("there are none without its file", async () => {
		expect(await ask("nginx")).toBeNull();
	});

	test("come from the file itself, with or without a scheme, and only for their registry", async () => {
		config({
			auths: {
				"https://registry.example/v1/": { auth: base64("ann:se:cret") },
				"other.example": { identitytoken: "t0ken" },
			},
		});
		expect(await ask("registry.example/web")).toEqual({
			serveraddress: "registry.example",
			username: "ann",
			password: "se:cret",
		});
		expect(await ask("other.example/web")).toEqual({ serveraddress: "other.example", identitytoken: "t0ken" });
		expect(await ask("third.example/web")).toBeNull();
	});

	test("come from the helper of the registry, else from the one for all", async () => {
		config({ credsStore: "all", credHelpers: { "registry.example": "one" } });
		helper("all", `printf '{"ServerURL":"%s","Username":"all","Secret":"%s"}' "$registry" "$registry"`);
		helper("one", `printf '{"ServerURL":"x","Username":"<token>","Secret":"t"}'`);
		expect(await ask("registry.example/web")).toEqual({ serveraddress: "registry.example", identitytoken: "t" });
		expect(await ask("nginx")).toEqual({
			serveraddress: "https://index.docker.io/v1/",
			username: "all",
			password: "https://index.docker.io/v1/",
		});
	});

	test("a helper that has none leaves the file's", async () => {
		config({ credsStore: "empty", auths: { "registry.example": { auth: base64("a:b") } } });
		helper("empty", "echo 'credentials not found in native keychain'; exit 1");
		expect(await ask("registry.example/web")).toMatchObject({ username: "a" });
	});

	test.each([
		["that fails", "echo hunter2 >&2; echo hunter2; exit 3", "it ended with 3"],
		["that talks nonsense", "echo hunter2", "its answer is not what such a helper says"],
		["without an end", "while :; do echo hunter2hunter2hunter2hunter2hunter2hunter2hunter2; done", "has no end"],
	])("a helper %s is told without a word of what it said", async (_, script, sentence) => {
		config({ credsStore: "bad" });
		helper("bad", script);
		const error = await ask("nginx").catch((reason: unknown) => reason);
		expect(error).toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining(sentence) });
		expect(JSON.stringify(error)).not.toContain("hunter2");
	});

	test.each(["../evil", "a b", "-x", "a;b", ""])("a helper called %j is not run", async (name) => {
		config({ credHelpers: { "registry.example": name } });
		if (name === "") expect(await ask("registry.example/x")).toBeNull();
		else await expect(ask("registry.example/x")).rejects.toMatchObject({ code: "FORBIDDEN" });
	});

	test("a file that is no JSON is told without what stands in it", async () => {
		writeFileSync(join(folder, "config.json"), '{"auths": hunter2');
		const error = await ask("nginx").catch((reason: unknown) => reason);
		expect(error).toMatchObject({ code: "FORBIDDEN" });
		expect(JSON.stringify(error)).not.toContain("hunter2");
	});
});

describe("a pull", () => {
	async function pull(answer: (request: http.IncomingMessage, response: http.ServerResponse) => void) {
		const fake = await startFakeEngine({ "/_ping": (_, response) => response.end("OK"), "/images/create": answer });
		const host = new HostEngine({
			env: { DOCKER_HOST: `unix://${fake.socketPath}` },
			homeFolder: folder,
			log: silentLog,
		});
		try {
			await pullImage(await host.ready(), "registry.example/team/web:1", () => undefined, {
				platform: "linux/arm64",
				credentials: { env, homeFolder: "/nowhere" },
			});
		} finally {
			host.close();
			await fake.close();
		}
	}

	test("hands the credentials to the engine, and asks for the platform", async () => {
		config({ auths: { "registry.example": { auth: base64("ann:secret") } } });
		let auth = "";
		let url = "";
		await pull((request, response) => {
			auth = String(request.headers["x-registry-auth"]);
			url = request.url ?? "";
			json(response, { status: "Status: Downloaded newer image" });
		});
		// Go's decoder wants the padding.
		expect(auth).toMatch(/^([A-Za-z0-9_-]{4})+$|^[A-Za-z0-9_-]+={1,2}$/);
		expect(auth.length % 4).toBe(0);
		expect(JSON.parse(Buffer.from(auth, "base64url").toString())).toEqual({
			serveraddress: "registry.example",
			username: "ann",
			password: "secret",
		});
		expect(url).toBe(
			`/v${fakeVersion.ApiVersion}/images/create?platform=linux%2Farm64&fromImage=registry.example%2Fteam%2Fweb&tag=1`,
		);
	});

	test("that is refused says where to log in, and why no credentials went along", async () => {
		config({ credsStore: "missing" });
		await expect(
			pull((_, response) => json(response, { message: "pull access denied for team/web" }, 404)),
		).rejects.toMatchObject({
			code: "IMAGE_UNAVAILABLE",
			message: expect.stringContaining("cannot be pulled: pull access denied"),
			remedy: expect.stringContaining("docker login registry.example"),
			detail: expect.stringContaining("docker-credential-missing gave no credentials"),
		});
	});
});
