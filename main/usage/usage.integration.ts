import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IsolationProfile } from "../../contract/ranges.ts";
import type { RangeUsage } from "../../contract/usage.ts";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { UsageSamplers } from "./usage-samplers.ts";

const machine = (last: number, script: string) =>
	`{ image: "homerange/busybox:1", nics: [{ network: lan, ip: 10.0.1.${last} }], command: [sh, -c, '${script}'] }`;
const held = 60_000_000;
/** Bytes that a machine has on its disk. */
const written = 8_000_000;
/** A process of this name looks like another one to who reads its line up to the first parenthesis. */
const hostile = "1) R 1 1 (";
/** The loop keeps the holder's shell: a last command would take its place, and its memory would go. */
const blueprint = `
blueprint: 1
name: load
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  burner: ${machine(10, "while :; do :; done")}
  idle: ${machine(11, `head -c ${written} /dev/zero >/written; sleep 100000`)}
  holder: ${machine(12, `x=$(head -c ${held} /dev/zero | tr "\\0" x); while :; do sleep 1000; done`)}
limits: { cpus: 1, memory: 1GiB }
`;

describe.each<IsolationProfile>(["privileged", "unprivileged"])("in the %s profile", (isolation) => {
	let bed: TestRanges;
	let samplers: UsageSamplers;

	beforeAll(async () => {
		bed = await openTestRanges({ settings: { isolation } });
		const [range] = await bed.deploy(blueprint);
		expect(range?.task.error).toBeNull();
		samplers = new UsageSamplers({
			get: (ref) => bed.ranges.get(ref),
			site: (ref, signal) => bed.ranges.site(ref, signal),
			changes: bed.deps.changes,
		});
	});
	afterAll(async () => {
		await bed?.[Symbol.asyncDispose]();
	});

	/** The first sample that matches. */
	async function sampleWith(matches: (sample: RangeUsage) => boolean): Promise<RangeUsage> {
		let last: RangeUsage | null = null;
		const limit = AbortSignal.timeout(60_000);
		for await (const sample of samplers.watch(["load-1"], limit)) {
			last = sample;
			if (matches(sample)) return sample;
		}
		throw new Error(`no such sample: ${JSON.stringify(last)}`);
	}

	const exec = async (name: string, ...command: string[]) => {
		const { inner, machines } = await bed.ranges.site("load-1");
		const container = machines.find(({ spec }) => spec.name === name)?.engineId ?? "";
		return await runExec(inner, container, { command });
	};

	test("each machine has its own share of CPU and memory, and the range has the sum and its limits", async () => {
		const { machines, total, ...range } = await sampleWith(
			(sample) => sample.total.cpus !== null && (sample.machines.holder?.memoryBytes ?? 0) > held,
		);
		expect(range).toMatchObject({ memoryLimitBytes: 1024 ** 3, cpusLimit: 1 });
		expect(machines.burner?.cpus).toBeGreaterThan(0.1);
		expect(machines.idle?.cpus).toBeLessThan(0.05);
		expect(machines.idle).toMatchObject({ processes: 1, networkInPerSecond: expect.any(Number) });
		expect(machines.holder?.memoryBytes).toBeLessThan(held * 3);
		expect(machines.idle?.memoryBytes).toBeLessThan(10_000_000);
		expect(total.cpus).toBeGreaterThan(0.1);
		expect(total.memoryBytes).toBeGreaterThan(held);
		expect(machines.idle?.diskReadPerSecond).toEqual(expect.any(Number));
	});

	test("the disk is counted: what the range keeps itself, without the layers that it shares", async () => {
		const { diskBytes } = await sampleWith((sample) => sample.diskBytes !== null);
		expect(diskBytes).toBeGreaterThan(written);
		expect(diskBytes).toBeLessThan(written + 20_000_000);
	});

	test("a command that was started in a machine counts for it, whatever its processes are called", async () => {
		const script = `printf '#!/bin/sh\\nwhile :; do :; done\\n' >"/tmp/$1"; chmod +x "/tmp/$1"; "/tmp/$1" >/dev/null 2>&1 &`;
		await exec("idle", "sh", "-c", script, "sh", hostile);
		const { machines } = await sampleWith((sample) => (sample.machines.idle?.cpus ?? 0) > 0.1);
		expect(machines.idle?.processes).toBe(2);
	});

	test("traffic shows where it goes", async () => {
		await exec("burner", "sh", "-c", "nc -ll -p 7 -e cat >/dev/null 2>&1 &");
		await exec(
			"holder",
			"sh",
			"-c",
			"while :; do head -c 1000000 /dev/zero | nc 10.0.1.10 7 >/dev/null; done >/dev/null 2>&1 &",
		);
		const { machines } = await sampleWith((sample) => (sample.machines.holder?.networkOutPerSecond ?? 0) > 10_000);
		expect(machines.burner?.networkInPerSecond).toBeGreaterThan(1000);
	});

	test("watchers share one sampler, and it ends with the last of them", async () => {
		const end = new AbortController();
		const one = samplers.watch(["load-1"], end.signal);
		const two = samplers.watch(["load-1"], end.signal);
		await Promise.all([one.next(), two.next()]);
		const { host, dind } = await bed.ranges.site("load-1");
		const count =
			"ls -d /proc/[0-9]* | while read -r p; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -c homerange-usag[e]; done";
		const running = await runExec(host, dind.container, { command: ["sh", "-c", count] });
		expect(running.stdout.split("\n").filter((line) => line === "1")).toHaveLength(1);
		await one.return();
		expect(samplers.active).toBe(1);
		end.abort();
		expect((await two.next()).done).toBe(true);
		expect(samplers.active).toBe(0);
		const script = "while grep -qs 'homerange-usag[e]' /proc/[0-9]*/cmdline; do sleep 0.05; done";
		expect((await runExec(host, dind.container, { command: ["sh", "-c", script] })).exitCode).toBe(0);
	});

	test("a range that stops has no samples, and has them again when it runs", async () => {
		const seen: RangeUsage[] = [];
		const end = new AbortController();
		const first = Promise.withResolvers<void>();
		let onSample = () => first.resolve();
		const watching = (async () => {
			for await (const sample of samplers.watch(["load-1"], end.signal)) {
				seen.push(sample);
				onSample();
			}
		})();
		await first.promise;
		await bed.ended(bed.ranges.stop("load-1", undefined, "test"));
		const again = Promise.withResolvers<void>();
		await bed.ended(bed.ranges.start("load-1", undefined, "test"));
		onSample = () => again.resolve();
		await again.promise;
		expect(Object.keys(seen.at(-1)?.machines ?? {}).sort()).toEqual(["burner", "holder", "idle"]);
		end.abort();
		await watching;
	});
});
