import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rangeSnapshot, snapshot, template } from "../../contract/library.ts";
import { TestCli } from "../testing/cli.ts";

const cli = new TestCli();
const file = join(cli.folder, "lab.yaml");
const lab = (source: string) => `
blueprint: 1
name: lab
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  web: { ${source}, nics: [{ network: lan, ip: 10.0.1.10 }] }
limits: { cpus: 1, memory: 512MiB }
`;

beforeAll(async () => {
	await cli.prepare();
	writeFileSync(file, lab("template: busybox"));
});
afterAll(async () => {
	for (const range of ["lab-1", "again"]) await cli.run(["destroy", range, "--yes"]);
	await cli.run(["library", "delete", "monday", "--yes"]);
	await cli.run(["library", "delete", "attacked", "--yes"]);
	await cli.remove();
});

const ok = async (...args: string[]) => {
	const { status, stdout, stderr } = await cli.run(args);
	expect({ args, status, stderr: status === 0 ? "" : stderr }).toEqual({ args, status: 0, stderr: "" });
	return stdout;
};

describe("templates", () => {
	test("are copied, changed, written to a file and read from one", async () => {
		template.parse(await cli.json("library", "duplicate", "busybox", "mine"));
		expect(
			await cli.json("library", "edit", "mine", "--memory", "64MiB", "--tag", "own", "--title", "Mine"),
		).toMatchObject({
			name: "mine",
			title: "Mine",
			memoryBytes: 64 * 1024 ** 2,
			tags: ["own"],
			shipped: false,
		});
		const path = join(cli.folder, "mine.yaml");
		await ok("library", "export", "mine", "-o", path);
		expect(await ok("library", "export", "mine")).toContain("name: mine");
		expect(await cli.json("library", "import", path, "--name", "other")).toMatchObject({
			name: "other",
			title: "Mine",
		});
		expect(await ok("library", "show", "other")).toContain("memory       64 MiB");
	});

	test("of one's own are found by a check without an engine", async () => {
		const path = join(cli.folder, "other.yaml");
		writeFileSync(path, lab("template: other"));
		expect(await cli.json("validate", path)).toMatchObject({ valid: true });
		writeFileSync(path, lab("template: otter"));
		expect(await cli.json("validate", path)).toMatchObject({ errors: [{ hint: 'Did you mean "other"?' }] });
	});

	test("that ship are not changed, and a wrong file is told by its place", async () => {
		expect((await cli.run(["library", "edit", "busybox", "--title", "x"])).stderr).toContain("Duplicate it");
		expect((await cli.run(["library", "edit", "mine"])).status).toBe(2);
		const wrong = await cli.run(["library", "import", "-"], "template: 1\nname: a\ntitle: A\nos: linux\nimage: A B\n");
		expect(wrong.status).toBe(3);
		expect(wrong.stderr).toContain("stdin:5:");
		expect((await cli.run(["library", "show", "nobody"])).status).toBe(5);
		await ok("library", "delete", "mine", "--yes");
		await ok("library", "delete", "other", "--yes");
	});
});

describe("snapshots", () => {
	test("of a machine are taken, shown and drawn", async () => {
		await ok("deploy", file, "--yes");
		await ok("exec", "lab-1", "web", "--", "sh", "-c", "echo changed >/data");
		const taken = await cli.json(
			"library",
			"snapshot",
			"lab-1",
			"web",
			"attacked",
			"--tag",
			"a",
			"--description",
			"Said",
		);
		expect(snapshot.strict().parse(taken)).toMatchObject({ name: "attacked", tags: ["a"], description: "Said" });
		expect(await ok("library", "tree")).toMatch(/busybox \(template\)\n└─ attacked, .* of its own/);
		expect(await ok("library", "list", "--kind", "snapshot")).toContain("OWN");
		expect(await cli.json("library", "list")).toMatchObject({
			templates: expect.arrayContaining([expect.objectContaining({ name: "busybox" })]),
			snapshots: [{ name: "attacked" }],
			rangeSnapshots: [],
		});
		expect((await cli.run(["library", "snapshot", "lab-1", "web", "attacked"])).status).toBe(6);
	});

	test("of a range bring it back, and make new ones", async () => {
		const taken = await cli.json("snapshot", "lab-1", "monday");
		expect(rangeSnapshot.strict().parse(taken)).toMatchObject({ name: "monday", machines: [{ name: "web" }] });
		await ok("exec", "lab-1", "web", "--", "rm", "/data");
		expect((await cli.run(["restore", "lab-1", "monday"])).status).toBe(2);
		expect(await cli.json("restore", "lab-1", "monday", "--yes")).toMatchObject({ name: "lab-1", state: "running" });
		expect(await ok("exec", "lab-1", "web", "--", "cat", "/data")).toBe("changed\n");
		expect(await cli.json("deploy", "--from-snapshot", "monday", "--name", "again", "--yes")).toMatchObject({
			name: "again",
		});
		expect(await ok("exec", "again", "web", "--", "cat", "/data")).toBe("changed\n");
		expect(await ok("snapshots")).toContain("monday");
		expect((await cli.run(["deploy", file, "--from-snapshot", "monday"])).status).toBe(2);
		expect((await cli.run(["deploy", "--from-snapshot", "nobody"])).status).toBe(5);
	});

	test("that are used are not deleted, and say by whom", async () => {
		const refused = await cli.run(["library", "delete", "monday", "--yes"]);
		expect(refused.status).toBe(6);
		expect(refused.stderr).toContain("web of again");
	});
});
