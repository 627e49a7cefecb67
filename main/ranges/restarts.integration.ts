import { afterAll, beforeAll, expect, test } from "vitest";
import type { RangeDetail } from "../../contract/ranges.ts";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const blueprint = `
blueprint: 1
name: frail
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  web:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.0.1.10 }]
    command: [sh, -c, "touch /tmp/up; while [ ! -e /die ]; do sleep 0.2; done; echo dying; rm /die; exit 3"]
    ready: { exec: [test, -e, /tmp/up], timeout: 30s }
  done:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.0.1.11 }]
    command: [sh, -c, "while [ ! -e /die ]; do sleep 0.2; done"]
`;

let t: TestRanges;
beforeAll(async () => {
	t = await openTestRanges({ settings: { restartMachines: "on-failure" } });
	const [deployed] = await t.deploy(blueprint);
	expect(deployed?.task.error).toBeNull();
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

const machineOf = (range: RangeDetail, name: string) => range.machines.find((machine) => machine.name === name);

/** Does something, and gives the range's first state after it that is asked for. */
async function until(isIt: (range: RangeDetail) => boolean, act: () => Promise<unknown>): Promise<RangeDetail> {
	const gone = new AbortController();
	const changes = t.deps.changes.subscribe(gone.signal);
	await act();
	try {
		for await (const change of changes) if (change.kind === "range" && isIt(change.range)) return change.range;
	} finally {
		gone.abort();
	}
	throw new Error("the changes ended");
}

async function die(name: string): Promise<void> {
	const { inner, containerId } = await t.ranges.locate("frail-1", name);
	await runExec(inner, containerId, { command: ["touch", "/die"] });
}

test("a machine that fails by itself says so and when it is started again, and then is up with the same address", async () => {
	const nics = machineOf(t.ranges.get("frail-1"), "web")?.nics;
	const failed = await until(
		(range) => machineOf(range, "web")?.state === "failed",
		() => die("web"),
	);
	expect(failed.state).toBe("degraded");
	expect(machineOf(failed, "web")?.reason).toMatch(/code 3.*dying.*It is started again in 1 s \(try 1 of 5\)\.$/s);
	const again = await until(
		(range) => range.state === "running" && range.taskId === null,
		async () => undefined,
	);
	expect(machineOf(again, "web")).toMatchObject({ state: "ready", reason: null, nics });
	const events = t.deps.events.list({ range: "frail-1" });
	expect(events.find(({ type }) => type === "machine.start.done")).toMatchObject({ actor: "engine" });
});

test("a person's stop ends the wait", async () => {
	await until(
		(range) => machineOf(range, "web")?.reason?.includes("(try ") ?? false,
		() => die("web"),
	);
	await t.ended(t.ranges.stop("frail-1", "web", "test"));
	expect(t.ranges.isWaiting).toBe(false);
	expect(machineOf(t.ranges.get("frail-1"), "web")?.reason ?? "").not.toContain("started again");
});

test("a machine that ends well is not started again", async () => {
	const ended = await until(
		(range) => machineOf(range, "done")?.state === "failed",
		() => die("done"),
	);
	expect(machineOf(ended, "done")?.reason).not.toContain("started again");
	expect(t.ranges.isWaiting).toBe(false);
});

test("a retry starts what failed, and leaves what was stopped on purpose", async () => {
	await t.ended(t.ranges.start("frail-1", "web", "test"));
	await t.ended(t.ranges.stop("frail-1", "web", "test"));
	const { inner, containerId } = await t.ranges.locate("frail-1", "done");
	const { stdout } = await runExec(inner, containerId, { command: ["true"] }).catch(() => ({ stdout: "down" }));
	expect(stdout).toBe("down");
	await t.ended(t.ranges.retry("frail-1", undefined, "test"));
	const { machines } = t.ranges.get("frail-1");
	expect(machines.find(({ name }) => name === "web")).toMatchObject({ state: "stopped" });
});
