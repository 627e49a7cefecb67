import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const run = promisify(execFile);
let dataFolder: string;

beforeAll(async () => {
	dataFolder = await mkdtemp(join(tmpdir(), "homerange-readme-"));
});

afterAll(async () => {
	await homerange(["destroy", "monday", "--yes"]).catch(() => undefined);
	await homerange(["layers", "free", "--all"]).catch(() => undefined);
	await homerange(["engine", "stop"]).catch(() => undefined);
	await rm(dataFolder, { recursive: true, force: true });
});

async function homerange(words: string[]): Promise<string> {
	const { stdout } = await run(join(root, "bin/homerange"), words, {
		cwd: root,
		env: { ...process.env, HOMERANGE_DATA: dataFolder },
	});
	return stdout;
}

test("the README's session works as it is written", async () => {
	const readme = await readFile(join(root, "README.md"), "utf8");
	const session = /```sh session\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
	const lines = session.split("\n").filter((line) => line.startsWith("bin/homerange "));
	expect(lines.length).toBeGreaterThan(5);
	for (const line of lines) await homerange(line.split(" ").slice(1));
	expect(JSON.parse(await homerange(["list", "--format", "json"]))).toEqual([]);
}, 180_000);
