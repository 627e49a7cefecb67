import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldSnapshots } from "./snapshot-image.ts";
import { openTestSnapshots, type TestSnapshots } from "./testing/open-snapshots.ts";

const program = join(import.meta.dirname, "testing", "dying-restore.ts");
const soon = () => AbortSignal.timeout(60_000);
/** Engines that start, die and are looked after, on a busy machine with two cores. */
const timeout = 300_000;
const image = "homerange/busybox:1";
const pair = (o: { routes: string; lan: string }) => `
blueprint: 1
name: pair
networks: { lan: { subnet: ${o.lan} }, dmz: { subnet: 10.0.2.0/24 } }
routes: [${o.routes}]
machines:
  one: { image: "${image}", nics: [{ network: lan }], command: [sleep, "100000"] }
  two: { image: "${image}", nics: [{ network: dmz, ip: 10.0.2.11 }], command: [sh, -c, "httpd -p 80; exec sleep 100000"] }
`;
const saved = pair({ lan: "10.0.1.0/24", routes: "{ from: lan, to: dmz, ports: [80/tcp] }" });
const changed = pair({ lan: "10.0.5.0/24", routes: "{ from: dmz, to: lan }" });
const names = ["one", "two"] as const;

let folder = "";
let wanted: string[] = [];
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "homerange-restore-crash-"));
	await nextEngine(async (t) => {
		const [deployed] = await t.deploy(saved);
		expect(deployed?.task.error).toBeNull();
		for (const name of names) await t.run("pair-1", name, "head -c 300000 /dev/urandom >/kept");
		wanted = await sums(t);
		await t.ended(t.saved.takeRange({ range: "pair-1", name: "monday" }, "test"));
		const source = { kind: "text" as const, file: "test.yaml", text: changed };
		await t.ended(t.ranges.update({ range: "pair-1", source, mayLoseData: true }, "test"));
		await t.run("pair-1", "two", "echo later >/kept");
	});
}, timeout);
afterAll(async () => {
	await using t = await openTestSnapshots({ folder });
	expect(t.folder).toBe(folder);
	rmSync(folder, { recursive: true, force: true });
}, timeout);

/** Opens the data folder as the next engine does, looks, and lets go. */
async function nextEngine(look: (t: TestSnapshots) => Promise<void>): Promise<void> {
	const t = await openTestSnapshots({ folder });
	try {
		await look(t);
	} finally {
		await t.release();
	}
}

async function sums(t: TestSnapshots): Promise<string[]> {
	return await Promise.all(names.map((name) => t.run("pair-1", name, "sha256sum /kept")));
}

/** Runs an engine until it dies by its own hand in the step. */
async function dieIn(step: string, act: "restore" | "continue"): Promise<void> {
	const parameters = [program, folder, "pair-1", act, "monday", step];
	const child = spawn(process.execPath, parameters, { stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	child.stderr.on("data", (bytes: Buffer) => {
		said += bytes.toString();
	});
	const [, signal] = await once(child, "close");
	expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
}

test("an engine that is killed while it looks for the saved disks has changed nothing", { timeout }, async () => {
	await dieIn("host-image:", "restore");
	await nextEngine(async (t) => {
		const range = t.ranges.get("pair-1");
		expect(range).toMatchObject({ state: "running", interrupted: null, reason: null });
		expect(range.networks.map(({ subnet }) => subnet)).toEqual(["10.0.5.0/24", "10.0.2.0/24"]);
		expect(await t.run("pair-1", "two", "cat /kept")).toBe("later\n");
	});
});

// Each continues what the one before it left.
test.for(["image:", "close", "remove:", "remove-network:", "network:", "create:", "open", "start:"])(
	"an engine that is killed in the step %s of a restore leaves a range that says so",
	{ timeout },
	async (step) => {
		await dieIn(step, step === "image:" ? "restore" : "continue");
		await nextEngine(async (t) => {
			const range = t.ranges.get("pair-1");
			expect(range.interrupted).toBe("update");
			expect(["degraded", "failed"]).toContain(range.state);
			// The second on a machine so busy that its engine did not answer in time.
			expect(range.reason).toMatch(/Continue it, or destroy the range|could not be found out/);
			expect((await t.saved.list()).map(({ name, present }) => `${name} ${present}`)).toEqual([
				"monday/one true",
				"monday/two true",
			]);
			await expect(t.saved.deleteRange("monday", "test")).rejects.toMatchObject({ code: "IN_USE" });
		});
	},
);

test("continued, the range is byte for byte what was saved, and nothing is left beside it", { timeout }, async () => {
	await nextEngine(async (t) => {
		await t.ended(t.ranges.retry("pair-1", undefined, "test"));
		const range = t.ranges.get("pair-1");
		expect(range).toMatchObject({ state: "running", interrupted: null, reason: null });
		expect(range.networks.map(({ subnet }) => subnet)).toEqual(["10.0.1.0/24", "10.0.2.0/24"]);
		expect(range.machines.map(({ name, state }) => `${name} ${state}`)).toEqual(["one running", "two running"]);
		expect(await sums(t)).toEqual(wanted);
		const reaches = "echo | nc -w 2 10.0.2.11 80 >/dev/null && echo yes || echo no";
		expect(await t.run("pair-1", "one", reaches)).toBe("yes\n");
		const { inner, id } = await t.ranges.site("pair-1");
		const label = [`io.homerange.range=${id}`];
		expect(await inner.api.listContainers({ all: true, filters: { label } })).toHaveLength(2);
		expect((await inner.api.listNetworks({ filters: { label } })).map(({ Name }) => Name).sort()).toEqual([
			"dmz",
			"lan",
		]);
		expect((await heldSnapshots(inner, soon())).size).toBe(2);
	});
});
