import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { makeDataFolder } from "../fixtures/data-folder.ts";
import { electronPath, rootSwitches } from "../fixtures/electron-path.ts";
import { listeningSockets, processTree } from "../fixtures/processes.ts";

const repository = join(import.meta.dirname, "..", "..");

test("the app listens on no TCP or UDP port, from its start to a painted window", async () => {
	test.skip(process.platform !== "linux", "`ss` is a tool of Linux");
	await using data = makeDataFolder();

	// The control: the same look finds a socket where there is one.
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	expect(await listeningSockets(new Set([process.pid]))).not.toEqual([]);
	server.close();

	// Without Playwright's hands on it, which come through two debugging ports. The picture says when the window is up.
	const picture = join(data.path, "window.png");
	const args = [...rootSwitches, repository, "--screenshot", picture];
	const app = spawn(electronPath(), args, { env: data.env, stdio: "ignore" });
	const ended = once(app, "exit");
	const found: string[] = [];
	let looks = 0;
	while (app.exitCode === null && app.signalCode === null) {
		found.push(...(await listeningSockets(await processTree(app.pid ?? 0))));
		looks++;
	}
	await ended;
	expect(app.exitCode).toBe(0);
	expect(existsSync(picture)).toBe(true);
	expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
	expect(looks).toBeGreaterThan(2);
	expect(found).toEqual([]);
});
