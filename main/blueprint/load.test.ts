import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadFileSources } from "./file-sources.ts";
import { loadBlueprint } from "./load.ts";
import { parseBlueprint } from "./parse.ts";
import { createTemplateLookup } from "./template-lookup.ts";

const folder = mkdtempSync(join(tmpdir(), "homerange-load-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const load = (name: string) => loadBlueprint({ kind: "file", path: at(name) }, [folder]);

describe("loadBlueprint", () => {
	test("gives the text, its path and its folder", async () => {
		writeFileSync(at("a.yaml"), "blueprint: 1\n");
		expect(await load("a.yaml")).toEqual({ file: at("a.yaml"), text: "blueprint: 1\n", folder });
	});
	test("a text in hand has no folder", async () => {
		const loaded = await loadBlueprint({ kind: "text", file: "x", text: "y" }, []);
		expect(loaded).toEqual({ file: "x", text: "y", folder: null });
	});
	test("a missing file, a folder, a device and a pipe are refused without waiting", async () => {
		mkdirSync(at("folder"));
		execFileSync("mkfifo", [at("pipe")]);
		for (const name of ["missing", "folder", "pipe", "../../../../../../dev/zero"]) {
			await expect(load(name)).rejects.toMatchObject({ code: "INPUT_INVALID" });
		}
	});
	test("a file over 1 MiB and a binary file are refused", async () => {
		writeFileSync(at("large"), Buffer.alloc(10 * 1024 * 1024, 97));
		writeFileSync(at("binary"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]));
		writeFileSync(at("latin1"), Buffer.from([0x61, 0xe9, 0x62]));
		await expect(load("large")).rejects.toMatchObject({ message: expect.stringContaining("larger than 1 MiB") });
		await expect(load("binary")).rejects.toMatchObject({ message: expect.stringContaining("not a text in UTF-8") });
		await expect(load("latin1")).rejects.toMatchObject({ message: expect.stringContaining("not a text in UTF-8") });
	});
});

describe("loadFileSources", () => {
	const withSource = (source: string) => {
		const text = `{blueprint: 1, name: x, networks: {lan: {subnet: 10.0.1.0/24}}, machines: {a: {image: x, nics: [{network: lan}], files: [{path: /x, source: ${source}}]}}}`;
		const { blueprint, errors } = parseBlueprint(text, "x", createTemplateLookup([]));
		if (blueprint === null) throw new Error(JSON.stringify(errors));
		return blueprint;
	};
	test("gives the bytes by the name in the blueprint", async () => {
		mkdirSync(at("files"));
		writeFileSync(at("files/one"), Buffer.from([1, 2, 0, 3]));
		const sources = await loadFileSources(withSource("files/one"), folder);
		expect([...(sources.get("files/one") ?? [])]).toEqual([1, 2, 0, 3]);
	});
	test("a link that stays inside is followed, one that leads out is refused", async () => {
		symlinkSync("one", at("files/inside"));
		symlinkSync("/etc/passwd", at("files/outside"));
		symlinkSync("/etc", at("files/folder"));
		expect((await loadFileSources(withSource("files/inside"), folder)).size).toBe(1);
		for (const source of ["files/outside", "files/folder/passwd"]) {
			await expect(loadFileSources(withSource(source), folder)).rejects.toMatchObject({
				message: expect.stringContaining("leads out of the blueprint's folder"),
			});
		}
	});
	test("a missing file, a folder, and a blueprint without a place are refused", async () => {
		await expect(loadFileSources(withSource("none"), folder)).rejects.toMatchObject({ code: "INPUT_INVALID" });
		await expect(loadFileSources(withSource("files"), folder)).rejects.toMatchObject({ code: "INPUT_INVALID" });
		await expect(loadFileSources(withSource("files/one"), null)).rejects.toMatchObject({
			remedy: "Deploy it from its file.",
		});
	});
});
