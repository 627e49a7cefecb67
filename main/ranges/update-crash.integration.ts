import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const image = "homerange/busybox:1";
const blueprint = (networks: string, machines: string) => `
blueprint: 1
name: tiny
networks: ${networks}
machines:
  stays: { image: "${image}", nics: [{ network: lan, ip: 10.0.1.9 }], command: [sleep, "100000"] }
${machines}
`;
const one = (name: string, network: string, ip: string, command: string) =>
	`  ${name}: { image: "${image}", nics: [{ network: ${network}, ip: ${ip} }], command: ${command} }\n`;
const before = blueprint(
	"{ old: { subnet: 10.0.2.0/24 }, lan: { subnet: 10.0.1.0/24 } }",
	one("goes", "old", "10.0.2.10", '[sleep, "100000"]') + one("changes", "lan", "10.0.1.10", '[sleep, "100000"]'),
);
const after = blueprint(
	"{ lan: { subnet: 10.0.1.0/24 }, new: { subnet: 10.0.3.0/24 } }",
	one("changes", "lan", "10.0.1.10", '[sleep, "200000"]') + one("comes", "new", "10.0.3.10", '[sleep, "100000"]'),
);
const program = join(import.meta.dirname, "testing", "dying-engine.ts");

let folder = "";
let file = "";
let untouched = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "homerange-update-crash-"));
	file = join(folder, "tiny.yaml");
	writeFileSync(file, after);
	await nextEngine(async (t) => {
		const [deployed] = await t.deploy(before);
		expect(deployed?.task.error).toBeNull();
		untouched = await birth(t);
	});
});
afterAll(async () => {
	await using t = await openTestRanges({ folder });
	expect(t.folder).toBe(folder);
	rmSync(folder, { recursive: true, force: true });
});

/** Runs an engine until it dies by its own hand in the step whose id begins so. */
async function dieIn(step: string, act: "update" | "continue"): Promise<void> {
	const child = spawn(process.execPath, [program, folder, act, step, file], { stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	child.stderr.on("data", (bytes: Buffer) => {
		said += bytes.toString();
	});
	const [, signal] = await once(child, "close");
	expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
}

/** Opens the data folder as the next engine does, looks, and lets go without touching the range. */
async function nextEngine(look: (t: TestRanges) => Promise<void>): Promise<void> {
	const t = await openTestRanges({ folder });
	try {
		await look(t);
	} finally {
		await t.release();
	}
}

/** The container and the start of the machine that no update names. */
async function birth(t: TestRanges): Promise<string> {
	const { inner, containerId } = await t.ranges.locate("tiny-1", "stays");
	const { stdout } = await runExec(inner, containerId, { command: ["cut", "-d", " ", "-f22", "/proc/1/stat"] });
	return `${containerId} ${stdout}`;
}

describe("an engine that is killed in a step of an update leaves a range that says so and can be continued", () => {
	// Each continues what the one before it left.
	test.for(["close", "remove:", "remove-network:", "open", "create:changes", "start:comes"])("in %s", async (step) => {
		await dieIn(step, step === "close" ? "update" : "continue");
		await nextEngine(async (t) => {
			const range = t.ranges.get("tiny-1");
			expect(range.interrupted).toBe("update");
			expect(["degraded", "failed"]).toContain(range.state);
			expect(range.reason).toContain("Continue it, or destroy the range");
			expect(range.machines.map(({ name }) => name)).toEqual(["stays", "changes", "comes"]);
			expect(await birth(t)).toBe(untouched);
			await expect(t.ranges.restart("tiny-1", undefined, "test")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
		});
	});

	test("also after its container was stopped, to its end", async () => {
		await nextEngine(async (t) => {
			await t.ended(t.ranges.stop("tiny-1", undefined, "test"));
			expect(t.ranges.get("tiny-1")).toMatchObject({ state: "stopped", interrupted: "update" });
		});
		await nextEngine(async (t) => {
			await t.ended(t.ranges.retry("tiny-1", undefined, "test"));
			const range = t.ranges.get("tiny-1");
			expect(range).toMatchObject({ state: "running", reason: null, interrupted: null });
			expect(range.machines.map(({ name, state }) => `${name} ${state}`)).toEqual([
				"stays running",
				"changes running",
				"comes running",
			]);
			const { inner } = await t.ranges.site("tiny-1");
			const label = [`io.homerange.range=${range.id}`];
			const networks = await inner.api.listNetworks({ filters: { label } });
			expect(networks.map(({ Name }) => Name).sort()).toEqual(["lan", "new"]);
			expect(await inner.api.listContainers({ all: true, filters: { label } })).toHaveLength(3);
		});
	});
});
