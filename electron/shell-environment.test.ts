import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { engineEnvironment, pickEnvironment } from "./shell-environment.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "shell environment-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A login shell whose profile does what the lines say, then runs the command it was given. */
function shellWithProfile(name: string, profile: string): string {
	const path = join(folder, name);
	writeFileSync(path, `#!/bin/sh\n${profile}\nshift $(($# - 1))\neval "$1"\n`);
	chmodSync(path, 0o700);
	return path;
}

test("takes PATH and Docker's variables from the login shell, and nothing else", async () => {
	const shell = shellWithProfile(
		"profile",
		'echo Welcome; PATH="/opt/tools:$PATH"; DOCKER_HOST=unix:///run/mine.sock; SECRET=1; export PATH DOCKER_HOST SECRET',
	);
	const env = await engineEnvironment({ SHELL: shell, PATH: "/usr/bin:/bin", HOME: "/home/me" });
	expect(env).toEqual({
		SHELL: shell,
		PATH: "/opt/tools:/usr/bin:/bin",
		HOME: "/home/me",
		DOCKER_HOST: "unix:///run/mine.sock",
	});
});

test("keeps its own environment when the shell fails or prints nothing", async () => {
	for (const profile of ["exit 3", "exec true"]) {
		const given = { SHELL: shellWithProfile("broken", profile), PATH: "/usr/bin:/bin" };
		expect(await engineEnvironment(given)).toBe(given);
	}
});

test("does not ask when it was started from a terminal, or when there is no shell to ask", async () => {
	const shell = shellWithProfile("unasked", "DOCKER_HOST=unix:///run/mine.sock; export DOCKER_HOST");
	for (const given of [{ SHELL: shell, TERM: "xterm" }, { PATH: "/bin" }, { SHELL: "sh", PATH: folder }]) {
		expect(await engineEnvironment(given)).toBe(given);
	}
});

test("picks only strings under the names it knows", () => {
	expect(
		pickEnvironment('{"PATH":"/bin","DOCKER_CONTEXT":"a","https_proxy":"b","LD_PRELOAD":"c","DOCKER_HOST":1}'),
	).toEqual({
		PATH: "/bin",
		DOCKER_CONTEXT: "a",
		https_proxy: "b",
	});
	expect(pickEnvironment("null")).toEqual({});
});
