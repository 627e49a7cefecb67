import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageDetail, prunePlan } from "../../contract/images.ts";
import { templateInput } from "../../contract/library.ts";
import type { Task } from "../../contract/tasks.ts";
import { removeImage } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { dockerEntries, tarOf, testImage } from "../images/testing/archives.ts";
import { socketPath } from "../paths.ts";
import { connectEngine } from "../rpc/client.ts";
import { TestCli } from "../testing/cli.ts";
import { connectTestEngine, smallImage, uniqueName } from "../testing/engine.ts";

const cli = new TestCli();
const run = uniqueName("cli");
const tag = (name: string) => `${run}/${name}:1`;
const at = (name: string) => join(cli.folder, name);
let docker: DockerEngine;

beforeAll(async () => {
	docker = await connectTestEngine();
	await cli.prepare();
});
afterAll(async () => {
	await cli.remove();
	const left = await docker.api.listImages({ filters: { reference: [`${run}/*`] } });
	for (const reference of left.flatMap((image) => image.RepoTags ?? [])) {
		await removeImage(docker.api, reference, { force: true });
	}
});

async function writeArchive(name: string, marker: string): Promise<string> {
	const image = await testImage({ marker });
	writeFileSync(at(`${marker}.tar`), await tarOf(dockerEntries(image, [name])));
	return image.id;
}

test("an archive is imported, listed, shown, exported and deleted", async () => {
	const id = await writeArchive(tag("one"), "one");
	expect(await cli.json("image", "import", at("one.tar"))).toMatchObject([{ kind: "container", id, usedBy: [] }]);
	const list = await cli.json("image", "list");
	expect(list).toMatchObject({
		images: expect.arrayContaining([expect.objectContaining({ references: [tag("one")] })]),
	});
	const shown = imageDetail.parse(await cli.json("image", "show", tag("one")));
	expect(shown).toMatchObject({ id, architecture: "amd64", config: { command: ["/bin/true"] } });
	const { stdout } = await cli.run(["image", "list"]);
	expect(stdout).toMatch(new RegExp(`^${tag("one")}\\s+amd64\\s`, "m"));

	const exported = await cli.run(["image", "export", tag("one"), at("out.tar")]);
	expect(exported).toMatchObject({ status: 0, stdout: `${at("out.tar")}\n` });
	expect(exported.stderr).toContain(`✓ Write ${tag("one")}`);
	expect(statSync(at("out.tar")).size).toBeGreaterThan(1000);
	expect((await cli.run(["image", "export", tag("one"), at("out.tar")])).status).toBe(6);

	expect((await cli.run(["image", "delete", tag("one")])).status).toBe(2);
	expect(await cli.json("image", "delete", tag("one"), "--yes")).toMatchObject({ removed: [tag("one")], note: null });
	const gone = await cli.run(["image", "show", tag("one")]);
	expect(gone.status).toBe(5);
});

test("what is no image, or a damaged one, is refused with a sentence", async () => {
	writeFileSync(at("text"), "hello");
	const text = await cli.run(["image", "import", at("text")]);
	expect(text.status).toBe(3);
	expect(text.stderr).toContain("is not an image");
	await writeArchive(tag("cut"), "cut");
	writeFileSync(at("cut.tar"), readFileSync(at("cut.tar")).subarray(0, 2000));
	const cut = await cli.run(["image", "import", at("cut.tar")]);
	expect(cut.status).toBe(3);
	expect(cut.stderr).toContain("damaged or incomplete");
});

test("a recipe is built with its output on stderr, used by a template, and kept while that is there", async () => {
	mkdirSync(at("recipe"));
	writeFileSync(at("recipe/Dockerfile"), `FROM ${smallImage}\nEXPOSE 8080\nRUN echo made-it\n`);
	const built = await cli.run([
		"image",
		"build",
		at("recipe"),
		"--tag",
		tag("built"),
		"--network",
		"none",
		"--format",
		"json",
	]);
	expect(built.status, built.stderr).toBe(0);
	expect(built.stderr).toContain("Step 1/3 :");
	expect(built.stderr).toContain("\nmade-it\n");
	expect(imageDetail.parse(JSON.parse(built.stdout))).toMatchObject({ references: [tag("built")] });

	const form = templateInput.parse(await cli.json("library", "promote", tag("built"), "--dry-run"));
	expect(form).toMatchObject({ name: "built", ports: ["8080/tcp"], kind: "container" });
	const made = await cli.json("library", "promote", tag("built"), "--name", "my-shop", "--title", "Shop");
	expect(made).toMatchObject({ name: "my-shop", title: "Shop", image: tag("built"), ports: ["8080/tcp"] });
	expect((await cli.run(["library", "promote", tag("built"), "--name", "my-shop"])).status).toBe(6);
	expect((await cli.run(["library", "promote", tag("nothing")])).status).toBe(5);

	const kept = await cli.run(["image", "delete", tag("built"), "--yes"]);
	expect(kept.status).toBe(6);
	expect(kept.stderr).toContain("template my-shop");
	expect((await cli.run(["image", "prune", tag("built"), "--yes"])).stdout).toContain("there is nothing to delete");
	expect((await cli.run(["library", "delete", "my-shop", "--yes"])).status).toBe(0);
	expect((await cli.run(["image", "delete", tag("built"), "--yes"])).status).toBe(0);
});

test("a failed recipe ends with 3 and its own words", async () => {
	writeFileSync(at("recipe/Dockerfile"), `FROM ${smallImage}\nRUN echo why && exit 4\n`);
	const { status, stderr } = await cli.run(["image", "build", at("recipe"), "--tag", tag("bad"), "--network", "none"]);
	expect(status).toBe(3);
	expect(stderr).toContain("why");
	expect(stderr).toContain("non-zero code: 4");
});

test("a dry run of prune names what would go and what it frees, and a prune takes it", async () => {
	await writeArchive(tag("prune"), "prune");
	await cli.json("image", "import", at("prune.tar"));
	const plan = await cli.json("image", "prune", tag("prune"), "--dry-run");
	expect(plan).toMatchObject({ images: [{ name: tag("prune") }], done: false });
	expect(prunePlan.parse(plan).freedBytes).toBeGreaterThan(0);
	expect(await cli.json("image", "prune", tag("prune"), "--yes")).toMatchObject({ done: true });
	expect((await cli.run(["image", "show", tag("prune")])).status).toBe(5);
});

test("a pull that cannot be says why and ends with 1", async () => {
	const { status, stderr } = await cli.run(["image", "pull", `127.0.0.1:1/${run}:1`]);
	expect(status).toBe(1);
	expect(stderr).toContain("cannot be pulled");
});

test("an engine that is killed in the middle of imports leaves nothing of them", async () => {
	writeFileSync(at("huge.img"), "");
	truncateSync(at("huge.img"), 2 * 1024 ** 3);
	writeFileSync(at("big.tar"), await tarOf([{ name: "big", body: Buffer.alloc(64 * 1024 * 1024) }]));
	const client = await connectEngine(socketPath(cli.folder));
	if (client === null) throw new Error("no engine runs");
	const { pid } = await client.api.host.info({});
	const started = await Promise.all(
		["huge.img", "big.tar"].map((name) => client.api.images.import({ path: at(name), overwrite: false })),
	);
	const moving = new Set<string>();
	try {
		for await (const change of await client.api.changes.watch({})) {
			const tasks: Task[] = change.kind === "task" ? [change.task] : change.kind === "snapshot" ? change.tasks : [];
			for (const { id, steps } of tasks) if (steps[0]?.progress) moving.add(id);
			if (started.every(({ taskId }) => moving.has(taskId))) break;
		}
		process.kill(pid, "SIGKILL");
	} finally {
		await client.close();
	}
	expect(await cli.json("image", "list")).toMatchObject({ images: expect.not.arrayContaining([{ kind: "disk" }]) });
	const tasks = await cli.json("tasks");
	for (const { taskId } of started) {
		expect(tasks).toContainEqual(expect.objectContaining({ id: taskId, state: "interrupted" }));
	}
	expect(readdirSync(at("disks"))).toEqual([]);
	expect(existsSync(at("incoming"))).toBe(false);
	expect((await cli.run(["image", "show", "huge"])).status).toBe(5);
});
