import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { label } from "../dind/index.ts";
import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { watchEvents } from "../docker/events.ts";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { connectTestEngine } from "../testing/engine.ts";

/**
 * Engines that are killed in the middle of the work of a store: while it is filled, while what came is marked as
 * whole, and while a range's images are linked. The containers that did the work are still there then.
 */
const program = join(import.meta.dirname, "..", "ranges", "testing", "dying-engine.ts");
const timeout = 300_000;
const blueprint = `
blueprint: 1
name: tiny
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: "homerange/busybox:1", nics: [{ network: lan, ip: 10.0.1.10 }], command: [sleep, "100000"] }
`;

let folder = "";
let file = "";
let owner = "";
let host: DockerEngine;
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "homerange-clone-crash-"));
	file = join(folder, "tiny.yaml");
	writeFileSync(file, blueprint);
	host = await connectTestEngine();
	await nextEngine(async (t) => {
		owner = t.deps.owner;
	});
}, timeout);
afterAll(async () => {
	await using t = await openTestRanges({ folder });
	// Docker finishes a call of an engine that was killed, also after the next one has looked and removed the range.
	await t.ranges.removeOrphans(AbortSignal.timeout(60_000));
	rmSync(folder, { recursive: true, force: true });
}, timeout);

/** Opens the data folder as the next engine does, looks, and lets go. */
async function nextEngine(look: (t: TestRanges) => Promise<void>): Promise<void> {
	const t = await openTestRanges({ folder });
	try {
		await look(t);
	} finally {
		await t.release();
	}
}

/** Runs an engine and kills it when Docker tells this of one of its containers; gives that container's id. */
async function killedAt(role: "seed" | "helper", action: RegExp, act: "deploy" | "continue"): Promise<string> {
	const open = Promise.withResolvers<void>();
	let container = "";
	let child: ChildProcess | null = null;
	const events = watchEvents(host, {
		filters: { type: ["container"], label: [`${label.owner}=${owner}`, `${label.role}=${role}`] },
		onOpen: open.resolve,
		onEvent(event) {
			if (container !== "" || !action.test(event.action)) return;
			container = event.id;
			child?.kill("SIGKILL");
		},
		onEnd: (error) => open.reject(error),
	});
	await open.promise;
	// No step has this name: it lives until it is killed.
	child = spawn(process.execPath, [program, folder, act, "none", file], { stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	child.stderr?.on("data", (bytes: Buffer) => {
		said += bytes.toString();
	});
	const [, signal] = await once(child, "close");
	events.close();
	expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
	return container;
}

const containersOf = async (role: "seed" | "helper") =>
	await host.api.listContainers({
		all: true,
		filters: { label: [`${label.owner}=${owner}`, `${label.role}=${role}`] },
	});

test.for([
	["its engine starts", /^start$/],
	["layers are marked as whole", /^exec_start: sh -c [\s\S]*homerange\/marks/],
] as const)("a store whose filling was cut off while %s is brought in order", { timeout }, async ([what, action]) => {
	await killedAt("seed", action, what.startsWith("its") ? "deploy" : "continue");
	expect(await containersOf("seed")).toHaveLength(1);
	await nextEngine(async (t) => {
		expect(t.ranges.get("tiny-1")).toMatchObject({ state: "failed", interrupted: "deploy" });
		expect(await containersOf("seed")).toEqual([]);
	});
});

test("a helper that goes on linking without its engine is ended by the next one, which links", {
	timeout,
}, async () => {
	const helper = host.api.getContainer(await killedAt("helper", /^create$/, "continue"));
	// In the middle of its work, for as long as nobody ends it. Where it was faster, it is over and gone.
	for (const act of [() => helper.start(), () => helper.pause()]) {
		await act().catch((error: unknown) => {
			if (!isNotFound(error) && !hasStatus(error, 304, 409)) throw error;
		});
	}
	await nextEngine(async (t) => {
		expect(t.ranges.get("tiny-1")).toMatchObject({ state: "failed", interrupted: "deploy" });
		const task = await t.ended(t.ranges.continueInterrupted("tiny-1", "test"));
		expect(task.steps.find(({ id }) => id === "clone")).toMatchObject({ state: "done" });
		expect(t.ranges.get("tiny-1")).toMatchObject({ state: "running", reason: null, layers: { way: "linked" } });
		expect(await containersOf("helper")).toEqual([]);
		const { inner, containerId } = await t.ranges.locate("tiny-1", "a");
		const { stdout } = await runExec(inner, containerId, { command: ["sh", "-c", "ls /bin | wc -l"] });
		expect(Number(stdout)).toBeGreaterThan(100);
	});
});

test("a range that died so is destroyed with all that it had", { timeout }, async () => {
	await nextEngine(async (t) => {
		await t.ended(t.ranges.destroy("tiny-1", "test"));
	});
	// Created, and perhaps never started.
	await killedAt("helper", /^create$/, "deploy");
	await nextEngine(async (t) => {
		await t.ended(t.ranges.destroy("tiny-1", "test"));
		expect(t.ranges.list()).toEqual([]);
		expect((await t.ranges.freeLayers({ all: true }, AbortSignal.timeout(60_000))).stores).toHaveLength(1);
	});
});
