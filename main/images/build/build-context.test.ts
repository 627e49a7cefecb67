import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { extract } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packContext, readContext } from "./build-context.ts";
import { BuildLogs } from "./build-log.ts";
import { DockerIgnore } from "./dockerignore.ts";

/** Cases of the Docker CLI's own rules. */
test.each([
	["*.md", "a.md", true],
	["*.md", "docs/a.md", false],
	["**/*.md", "docs/deep/a.md", true],
	["**/*.md", "a.md", true],
	["docs", "docs/a/b", true],
	["/docs/", "docs/a", true],
	["./docs/../src", "src/a", true],
	["doc?", "docs", true],
	["doc?", "doc/", false],
	["[a-c]*", "bcd", true],
	["[^a-c]*", "bcd", false],
	["**", "a/b/c", true],
	["a/**", "a/b/c", true],
	["a/**/c", "a/c", true],
	["a/**/c", "a/b/b/c", true],
	["# docs", "# docs", false],
	["\\*", "*", true],
	["\\*", "a", false],
	["*\n!keep.md", "keep.md", false],
	["*\n!keep.md\n*.md", "keep.md", true],
	["!a", "a", false],
	["a.c", "abc", false],
])("%j leaves out %s: %s", (rules, path, expected) => {
	expect(new DockerIgnore(rules).leavesOut(path)).toBe(expected);
});

test("no line of a .dockerignore throws, and no path takes long", () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 40 }), fc.string({ minLength: 1, maxLength: 60 }), (line, path) => {
			expect(typeof new DockerIgnore(line).leavesOut(path)).toBe("boolean");
		}),
	);
	expect(new DockerIgnore(`${"**/".repeat(300)}x`).leavesOut("a/".repeat(200))).toBe(false);
});

describe("a recipe's folder", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "homerange-build-"));
		write("Dockerfile", "FROM scratch\n");
	});
	afterEach(() => rmSync(folder, { recursive: true }));
	const write = (name: string, text: string) => {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), text);
	};
	const names = async (dockerfile = "Dockerfile") =>
		(await readContext(folder, dockerfile)).entries.map((entry) => entry.name).sort();
	const refused = (sentence: string) => ({ code: "INPUT_INVALID", message: expect.stringContaining(sentence) });

	test("goes without what .dockerignore leaves out, and with the recipe in any case", async () => {
		write(".dockerignore", "*\n!src\nsrc/*.log\n!src/keep.log\n");
		write("src/a.txt", "a");
		write("src/b.log", "b");
		write("src/keep.log", "c");
		write("secret", "s");
		expect(await names()).toEqual([".dockerignore", "Dockerfile", "src", "src/a.txt", "src/keep.log"]);
	});

	test("a recipe's own .dockerignore wins", async () => {
		write("dev/Dockerfile", "FROM scratch\n");
		write("dev/Dockerfile.dockerignore", "b\n");
		write(".dockerignore", "a\n");
		write("a", "");
		write("b", "");
		expect(await names("dev/Dockerfile")).toEqual(expect.arrayContaining(["a", "dev/Dockerfile"]));
		expect(await names("dev/Dockerfile")).not.toContain("b");
	});

	test("a link is sent as a link, wherever it points, and never followed", async () => {
		symlinkSync("/etc/shadow", join(folder, "link"));
		symlinkSync("/etc", join(folder, "folder"));
		const archive = extract();
		const context = await readContext(folder, "Dockerfile");
		Readable.from(packContext(context, () => undefined)).pipe(archive as unknown as NodeJS.WritableStream);
		const sent: (string | null | undefined)[][] = [];
		for await (const entry of archive) {
			sent.push([entry.header.name, entry.header.type, entry.header.linkname]);
			entry.resume();
		}
		expect(sent).toEqual([
			["Dockerfile", "file", null],
			["folder", "symlink", "/etc"],
			["link", "symlink", "/etc/shadow"],
		]);
	});

	test("is refused without its recipe, with one outside, or beyond the bounds", async () => {
		await expect(readContext(folder, "Other")).rejects.toMatchObject(refused("it has no Other"));
		await expect(readContext(folder, "../Dockerfile")).rejects.toMatchObject(refused("is not a path inside it"));
		symlinkSync("/etc/passwd", join(folder, "Linked"));
		await expect(readContext(folder, "Linked")).rejects.toMatchObject(refused("leads out of it"));
		await expect(readContext(join(folder, "gone"), "Dockerfile")).rejects.toMatchObject(refused("it does not exist"));
		write("big", "0123456789");
		await expect(readContext(folder, "Dockerfile", { entries: 100, bytes: 15 })).rejects.toMatchObject(
			refused("more than 15 B"),
		);
		await expect(readContext(folder, "Dockerfile", { entries: 2, bytes: 100 })).rejects.toMatchObject(
			refused("more than 2 files"),
		);
	});

	test("a file that becomes shorter meanwhile ends the sending", async () => {
		write("big", "0123456789");
		const context = await readContext(folder, "Dockerfile");
		truncateSync(join(folder, "big"), 3);
		const read = async () => {
			for await (const _ of Readable.from(packContext(context, () => undefined)));
		};
		await expect(read()).rejects.toMatchObject(refused("became shorter"));
	});
});

describe("a build's output", () => {
	test("is told as lines without control characters, also to who comes late", async () => {
		const logs = new BuildLogs();
		const log = logs.open("task");
		expect(log.write("Step 1/2 : FROM x\nhalf")).toBe("Step 1/2 : FROM x");
		expect(log.write(" a \u001b[31mline\u001b[0m\r\nrest")).toBe("half a line");
		log.end();
		const lines: string[] = [];
		for await (const { line } of logs.read("task")) lines.push(line);
		expect(lines).toEqual(["Step 1/2 : FROM x", "half a line", "rest"]);
		await expect(logs.read("other").next()).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
	});

	test("without an end is bounded, and says what it left out", async () => {
		const log = new BuildLogs().open("task");
		for (let line = 0; line < 5000; line++) log.write(`line ${line}\n`);
		log.write("x".repeat(1_000_000));
		log.end();
		const lines: string[] = [];
		for await (const { line } of log.read()) lines.push(line);
		expect(lines.length).toBe(2001);
		expect(lines[0]).toBe("(3001 lines left out)");
		expect(lines.at(-1)?.length).toBe(1000);
	});

	test("a reader is woken by what comes, and lets go when it is told to", async () => {
		const log = new BuildLogs().open("task");
		const abort = new AbortController();
		const reader = log.read(abort.signal);
		const first = reader.next();
		log.write("hello\n");
		expect(await first).toEqual({ done: false, value: { line: "hello" } });
		const second = reader.next();
		abort.abort();
		expect((await second).done).toBe(true);
	});
});
