import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockDataFolder } from "./lock.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a folder has one engine at a time", () => {
	const lock = lockDataFolder(folder);
	expect(() => lockDataFolder(folder)).toThrow(expect.objectContaining({ code: "ENGINE_LOCKED" }));
	lock.release();
	lockDataFolder(folder).release();
});

test("a lock ends with its process, also by kill -9", async () => {
	const code = `import { lockDataFolder } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
		lockDataFolder(${JSON.stringify(folder)}); console.log("locked"); setInterval(() => {}, 1000);`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
	await once(child.stdout, "data");
	expect(() => lockDataFolder(folder)).toThrow(expect.objectContaining({ code: "ENGINE_LOCKED" }));
	child.kill("SIGKILL");
	await once(child, "exit");
	lockDataFolder(folder).release();
});
