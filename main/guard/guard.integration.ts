import { statfs } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RangeDetail } from "../../contract/ranges.ts";
import { localDataFolder } from "../docker/data-folder.ts";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { DiskGuard } from "./disk-guard.ts";

const MiB = 1024 ** 2;

const blueprint = (limits: string) => `
blueprint: 1
name: disk
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: "homerange/busybox:1", nics: [{ network: lan }], command: [sleep, "100000"] }
limits: { cpus: 1, memory: 1GiB${limits} }
`;

let t: TestRanges;
beforeAll(async () => {
	t = await openTestRanges();
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

async function run(range: string, script: string): Promise<void> {
	const { inner, containerId } = await t.ranges.locate(range, "a");
	await runExec(inner, containerId, { command: ["sh", "-c", script] });
}

/** Writes on and on, to a limit: others give space back to the same disk meanwhile, as the layer store does. */
const writeOn = (megabytes: number) =>
	`for i in $(seq ${megabytes / 100}); do dd if=/dev/zero of=/big$i bs=1M count=100 2>/dev/null; sync; done`;

/** Resolves with the range when the guard has paused it and said why. */
async function heldAfter(range: string, act: () => Promise<void>): Promise<RangeDetail> {
	const gone = new AbortController();
	const changes = t.deps.changes.subscribe(AbortSignal.any([gone.signal, AbortSignal.timeout(60_000)]));
	// The machine that writes is frozen in the middle of it: the end of its command is not waited for.
	act().catch(() => undefined);
	for await (const change of changes) {
		if (change.kind !== "range" || change.range.name !== range) continue;
		if (change.range.state === "paused" && change.range.reason !== null) {
			gone.abort();
			return change.range;
		}
	}
	throw new Error("The range was not paused.");
}

/** A guard that has counted these ranges, as it is before anything happens. */
async function openGuard(o: { reserve: number }, ...ranges: string[]): Promise<Disposable> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const ids = ranges.map((range) => t.ranges.get(range).id);
	const { host, events, changes, log } = t.deps;
	const guard = new DiskGuard({
		...{ host, events, changes, log, ranges: t.ranges },
		reserve: () => o.reserve,
		noticeableBytes: 32 * MiB,
		onCount: (counted) => ids.every((id) => counted.includes(id)) && resolve(),
	});
	await promise;
	return { [Symbol.dispose]: () => guard.close() };
}

describe("the disk guard", () => {
	test("pauses the range that touches the reserve, not the one beside it, and says why until it is woken", async () => {
		await t.deploy(blueprint(""), { copies: 2 });
		const folder = await localDataFolder(t.deps.host.current(), new AbortController().signal);
		const { bavail, bsize } = await statfs(folder ?? "/");
		// What the test writes touches it: the real disk is nowhere near full.
		using _guard = await openGuard({ reserve: bavail * bsize - 100 * MiB }, "disk-1", "disk-2");
		const held = await heldAfter("disk-1", () => run("disk-1", writeOn(4000)));
		expect(held.reason).toMatch(/nearly full.*It grew by [\d.]+ MiB.*Free disk space and resume it, or destroy it\.$/);
		expect(held.machines).toMatchObject([{ state: "paused" }]);
		expect(t.ranges.get("disk-2")).toMatchObject({ state: "running", reason: null });
		const [event] = t.deps.events.list({ range: "disk-1", severity: "critical" });
		expect(event).toMatchObject({
			type: "range.held",
			actor: "guard",
			message: expect.stringContaining("nearly full"),
		});
		await t.ended(t.ranges.resume("disk-1", undefined, "test"));
		expect(t.ranges.get("disk-1")).toMatchObject({ state: "running", reason: null });
	});

	test("pauses a range that is over its own limit, and lets it be cleaned up", async () => {
		await t.deploy(blueprint(", disk: 1GiB"), { name: "small" });
		using _guard = await openGuard({ reserve: 0 }, "small");
		const held = await heldAfter("small", () => run("small", "fallocate -l 1100M /big; sync"));
		expect(held.reason).toMatch(/holds [\d.]+ GiB of disk and its limit is 1 GiB/);
		await t.ended(t.ranges.resume("small", undefined, "test"));
		await run("small", "rm /big");
		expect(t.ranges.get("small")).toMatchObject({ state: "running", reason: null });
	});

	test("knows the reason again after the engine was restarted", async () => {
		await t.ranges.hold("small", "It was paused by the test.", "guard");
		const { id } = t.ranges.get("small");
		const event = { type: "range.held", actor: "guard", message: "small", detail: "It was paused by the test." };
		t.deps.events.record({ severity: "critical", subject: { range: "small", rangeId: id }, ...event });
		t.ranges.explainPause("small", null);
		expect(t.ranges.get("small").reason).toBeNull();
		using _guard = await openGuard({ reserve: 0 }, "disk-1");
		expect(t.ranges.get("small")).toMatchObject({ state: "paused", reason: "It was paused by the test." });
	});
});
