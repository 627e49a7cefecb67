import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { rangeUpdate } from "../../contract/range-update.ts";
import { TestCli } from "../testing/cli.ts";

const blueprint = (name: string, machines: string) => `
blueprint: 1
name: ${name}
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { template: busybox, nics: [{ network: lan, ip: 10.0.1.10 }] }
${machines}
limits: { cpus: 1, memory: 256MiB }
`;
const b = (environment: string) =>
	`  b: { template: busybox, nics: [{ network: lan, ip: 10.0.1.11 }], environment: { COLOR: ${environment} } }`;

const inspected = z.looseObject({
	state: z.string(),
	machines: z.array(z.looseObject({ name: z.string(), engineId: z.string().nullable() })),
});

const cli = new TestCli();
const file = join(cli.folder, "lab.yaml");
const write = (text: string) => writeFileSync(file, text);
const engineId = async (name: string) =>
	inspected.parse(await cli.json("inspect", "lab")).machines.find((machine) => machine.name === name)?.engineId;

beforeAll(async () => {
	await cli.prepare();
	write(blueprint("lab", b("red")));
	expect(inspected.parse(await cli.json("deploy", file, "--name", "lab")).state).toBe("running");
});
afterAll(async () => {
	await cli.run(["destroy", "lab", "--yes"]);
	await cli.remove();
});

test("the same blueprint again changes nothing", async () => {
	const before = await engineId("a");
	expect(rangeUpdate.parse(await cli.json("deploy", file, "--name", "lab", "--dry-run")).changes).toEqual([]);
	const { status, stderr, stdout } = await cli.run(["deploy", file, "--name", "lab", "--format", "json"]);
	expect({ status, state: inspected.parse(JSON.parse(stdout)).state }, stderr).toEqual({ status: 0, state: "running" });
	expect(stderr).toContain("lab is as the blueprint says.");
	expect(await engineId("a")).toBe(before);
});

test("a change that loses no disk is applied at once", async () => {
	write(blueprint("lab", `${b("red")}\n  c: { template: busybox, nics: [{ network: lan, ip: 10.0.1.12 }] }`));
	const before = await engineId("a");
	const dry = await cli.run(["deploy", file, "--name", "lab", "--dry-run"]);
	expect(dry.stdout).toContain("+ The machine c (lan 10.0.1.12) is added.");
	const updated = inspected.parse(await cli.json("deploy", file, "--name", "lab"));
	expect(updated.machines.map(({ name }) => name)).toEqual(["a", "b", "c"]);
	expect(await engineId("a")).toBe(before);
});

test("a change that loses a disk needs --yes where nobody can be asked", async () => {
	write(blueprint("lab", b("blue")));
	const before = await engineId("b");
	const refused = await cli.run(["deploy", file, "--name", "lab"]);
	expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 6, stdout: "" });
	expect(refused.stderr).toContain("throws away the disks of c, b");
	expect(await engineId("b")).toBe(before);
	const agreed = await cli.run(["deploy", file, "--name", "lab", "--yes", "--format", "json"]);
	expect(agreed.status, agreed.stderr).toBe(0);
	expect(await engineId("b")).not.toBe(before);
	expect((await cli.run(["exec", "lab", "b", "--", "sh", "-c", "echo $COLOR"])).stdout).toBe("blue\n");
});

test("a range of another blueprint keeps its name", async () => {
	write(blueprint("other", b("blue")));
	const { status, stderr } = await cli.run(["deploy", file, "--name", "lab", "--yes"]);
	expect({ status, stderr }).toEqual({ status: 6, stderr: expect.stringContaining("There is a range lab already") });
});

test("retry finds nothing to do in a range that is well", async () => {
	expect(inspected.parse(await cli.json("retry", "lab")).state).toBe("running");
	expect((await cli.run(["retry", "lab", "nobody"])).status).toBe(5);
});

test("a machine is added without its blueprint's file, and the others run on", async () => {
	const before = await engineId("a");
	const add = ["machine", "add", "lab", "probe", "--network", "lan", "--memory", "24MiB"];
	expect((await cli.run(add)).status).toBe(2);
	expect((await cli.run([...add, "--template", "busybox", "--image", "x"])).status).toBe(2);
	const dry = await cli.run([...add, "--template", "busybox", "--dry-run"]);
	expect(dry.stdout).toContain("+ The machine probe (lan 10.0.1.2) is added.");
	const updated = inspected.parse(await cli.json(...add, "--template", "busybox"));
	expect(updated.machines.map(({ name }) => name)).toContain("probe");
	expect(await engineId("a")).toBe(before);
	expect((await cli.run([...add, "--template", "busybox"])).status).toBe(6);
});
