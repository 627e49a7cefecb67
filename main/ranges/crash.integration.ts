import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Settings } from "../../contract/settings.ts";
import { rangeLeftovers } from "../testing/engine.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const image = "homerange/busybox:1";
const blueprint = `
blueprint: 1
name: tiny
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: "${image}", nics: [{ network: lan, ip: 10.0.1.10 }], command: [sleep, "100000"], ready: { exec: ["true"] } }
`;
const program = join(import.meta.dirname, "testing", "dying-engine.ts");

let folder = "";
let file = "";
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-crash-"));
	file = join(folder, "tiny.yaml");
	writeFileSync(file, blueprint);
});
afterAll(async () => {
	await using t = await openTestRanges({ folder });
	expect(t.folder).toBe(folder);
	rmSync(folder, { recursive: true, force: true });
});

/** Runs an engine until it dies by its own hand in the step. */
async function dieIn(step: string, act: "deploy" | "continue" | "destroy"): Promise<void> {
	const child = spawn(process.execPath, [program, folder, act, step, file], { stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	child.stderr.on("data", (bytes: Buffer) => {
		said += bytes.toString();
	});
	const [, signal] = await once(child, "close");
	expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
}

/** Opens the data folder as the next engine does, looks, and lets go without touching the range. */
async function nextEngine(
	look: (t: TestRanges) => Promise<void> | void,
	settings: Partial<Settings> = {},
): Promise<void> {
	const t = await openTestRanges({ folder, settings });
	try {
		await look(t);
	} finally {
		await t.release();
	}
}

describe("an engine that is killed in a step of a deploy leaves a range that says so and can be continued", () => {
	const steps = [
		`host-image:${image}`,
		"dind-image",
		"outer-network",
		"volume",
		"layers",
		"clone",
		"container",
		"wall",
		"inner-engine",
		"filter",
		"network:lan",
		`image:${image}`,
		"create:a",
		"start:a",
		"ready:a",
	];

	// Each continues what the one before it left.
	test.for(steps)("in %s", async (step) => {
		await dieIn(step, step === steps[0] ? "deploy" : "continue");
		await nextEngine(async ({ ranges, deps }) => {
			expect(ranges.list()).toHaveLength(1);
			const range = ranges.get("tiny-1");
			expect(range).toMatchObject({ state: "failed", interrupted: "deploy" });
			expect(range.reason).toContain("Continue it, or destroy the range");
			expect(await ranges.findOrphans(AbortSignal.timeout(30_000))).toEqual({ found: [], problems: [] });
			expect(deps.tasks.running()).toEqual([]);
		});
	});

	test("to its end", async () => {
		await nextEngine(async ({ ranges, ended }) => {
			await ended(ranges.continueInterrupted("tiny-1", "test"));
			const { state, reason, interrupted, machines } = ranges.get("tiny-1");
			expect({ state, reason, interrupted }).toEqual({ state: "running", reason: null, interrupted: null });
			expect(machines).toMatchObject([{ state: "ready", reason: null, nics: [{ ip: "10.0.1.10" }] }]);
		});
	});
});

describe("a range whose container ended while no engine ran", () => {
	/** What a restart of Docker or of its host looks like from here. */
	const endContainer = (act: "stop" | "remove") =>
		nextEngine(async ({ ranges, deps }) => {
			const container = deps.host.current().api.getContainer(ranges.get("tiny-1").dind?.container ?? "");
			await ranges.close();
			await (act === "stop" ? container.stop({ t: 5 }) : container.remove({ force: true }));
		});
	const allEnded = ({ deps }: TestRanges) =>
		Promise.all(deps.tasks.running().map((task) => deps.tasks.whenEnded(task.id)));

	test("is started again", async () => {
		await endContainer("stop");
		await nextEngine(async (t) => {
			await allEnded(t);
			expect(t.ranges.get("tiny-1")).toMatchObject({ state: "running", reason: null, machines: [{ state: "ready" }] });
		});
	});

	test("stays stopped and says so, when that is the setting", async () => {
		await endContainer("stop");
		await nextEngine(
			async ({ ranges, deps, ended }) => {
				expect(deps.tasks.running()).toEqual([]);
				expect(ranges.get("tiny-1")).toMatchObject({ state: "stopped", machines: [{ state: "stopped" }] });
				await ended(ranges.start("tiny-1", undefined, "test"));
				expect(ranges.get("tiny-1")).toMatchObject({ state: "running", reason: null });
			},
			{ afterRestart: "stop" },
		);
	});

	test("is failed with what to do when it is gone, and a start builds it again", async () => {
		await endContainer("remove");
		await nextEngine(async ({ ranges, ended }) => {
			expect(ranges.get("tiny-1")).toMatchObject({ state: "failed", reason: expect.stringContaining("is gone") });
			await ended(ranges.start("tiny-1", undefined, "test"));
			expect(ranges.get("tiny-1")).toMatchObject({ state: "running", reason: null, machines: [{ state: "ready" }] });
		});
	});
});

test("a destroy that was cut off is finished by the next engine", async () => {
	await dieIn("remove", "destroy");
	await nextEngine(async ({ ranges, deps }) => {
		await Promise.all(deps.tasks.running().map((task) => deps.tasks.whenEnded(task.id)));
		expect(ranges.list()).toEqual([]);
		expect(await rangeLeftovers(deps.host.current(), deps.owner)).toEqual([]);
	});
});

test("an interrupted deploy can be destroyed as well, and leaves nothing", async () => {
	await dieIn("create:a", "deploy");
	await nextEngine(async ({ ranges, deps, ended }) => {
		await ended(ranges.destroy("tiny-1", "test"));
		expect(await rangeLeftovers(deps.host.current(), deps.owner)).toEqual([]);
	});
});
