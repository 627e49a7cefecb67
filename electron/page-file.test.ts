import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPageFile } from "./page-file.ts";

let folder: string;
let root: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "page-file-"));
	root = join(folder, "page");
	mkdirSync(join(root, "assets"), { recursive: true });
	mkdirSync(join(folder, "page-other"));
	writeFileSync(join(root, "index.html"), "page");
	writeFileSync(join(root, "assets", "a b.js"), "script");
	writeFileSync(join(root, ".hidden.html"), "hidden");
	writeFileSync(join(folder, "secret.html"), "secret");
	writeFileSync(join(folder, "page-other", "secret.html"), "secret");
	symlinkSync(join(folder, "secret.html"), join(root, "link.html"));
	symlinkSync(folder, join(root, "up"));
	symlinkSync("loop.html", join(root, "loop.html"));
	mkdirSync(join(root, "folder.html"));
});

afterAll(() => rmSync(folder, { recursive: true }));

test("finds a file below the root with its type", async () => {
	expect(await findPageFile(root, "/index.html")).toMatchObject({ type: "text/html; charset=utf-8" });
	expect((await findPageFile(root, "/assets/a%20b.js"))?.path.endsWith("a b.js")).toBe(true);
});

test.each([
	"/../secret.html",
	"/%2e%2e/secret.html",
	"/%2e%2e%2fsecret.html",
	"/..%2fsecret.html",
	"/assets/..%2f..%2fsecret.html",
	"/..%5csecret.html",
	"/../page-other/secret.html",
	"/%00index.html",
	"/index.html%00.js",
	"/%",
	"//index.html",
	"/.hidden.html",
	"/./index.html",
	"/link.html",
	"/up/secret.html",
	"/loop.html",
	"/folder.html",
	"/absent.html",
	"/index.html/more.html",
	`/${"a".repeat(5000)}.html`,
	"/",
	"",
	"index.html",
])("finds nothing for %s", async (pathname) => {
	expect(await findPageFile(root, pathname)).toBeNull();
});
