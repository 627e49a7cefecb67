import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { OwnSystemDaemon } from "../libvirt/testing/own-system-daemon.ts";
import { NetworkTests } from "../network-test/index.ts";
import { addGuestDisk } from "../providers/libvirt/testing/test-disk.ts";
import { UsageSamplers } from "../usage/usage-samplers.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const containers = ["client", "lan2", "lan3", "other", "dmz2", "dmz3"];
const machines = [...containers, "guest", "server"];
const container = (name: string, network: string, ip: string) =>
	`  ${name}: { image: "homerange/busybox:1", nics: [{ network: ${network}, ip: ${ip} }], command: [sh, -c, "trap exit TERM; sleep 100000 & wait"] }\n`;

const blueprint = `
blueprint: 1
name: mixed
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24 }
routes: [{ from: lan, to: dmz, ports: [80/tcp] }]
machines:
${["client", "lan2", "lan3"].map((name, n) => container(name, "lan", `10.0.1.${10 + n}`)).join("")}\
${["other", "dmz2", "dmz3"].map((name, n) => container(name, "dmz", `10.0.2.${10 + n}`)).join("")}\
  guest:
    image: guest
    provider: libvirt
    memory: 256MiB
    cpus: 1
    nics: [{ network: lan, ip: 10.0.1.50 }]
    ready: { tcp: 80, timeout: 120s }
  server:
    image: guest
    provider: libvirt
    memory: 256MiB
    cpus: 1
    nics: [{ network: dmz, ip: 10.0.2.50 }]
    ready: { log: "guest ready", timeout: 120s }
`;

let daemon: OwnSystemDaemon;
let t: TestRanges;
beforeAll(async () => {
	daemon = await OwnSystemDaemon.start();
	t = await openTestRanges({ settings: { stopGraceSeconds: 20, libvirt: daemon.uri } });
	await addGuestDisk(t.disks);
});
afterAll(async () => {
	await t?.[Symbol.asyncDispose]();
	await daemon?.stop();
});

/** What a machine gets from an address. */
async function fetchFrom(range: string, machine: string, address: string): Promise<string> {
	const { inner, containerId } = await t.ranges.locate(range, machine);
	const ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 \"$1\" 80";
	const { stdout } = await runExec(inner, containerId, { command: ["sh", "-c", ask, "sh", address] });
	return stdout.trim().split("\n").at(-1)?.trim() ?? "";
}

/** Between every pair of machines, what passes is what the blueprint says. */
async function expectMatrix(): Promise<void> {
	const tests = new NetworkTests((range, signal) => t.ranges.site(range, signal));
	const news = await Array.fromAsync(tests.run("mixed-1"));
	const last = news.at(-1);
	if (last?.kind !== "result") throw new Error("the test has no result");
	expect(last.result.probes.filter(({ seen, wanted }) => seen !== wanted)).toEqual([]);
	const pairs = new Set(last.result.probes.map(({ from, to }) => `${from.machine} ${to.machine}`));
	for (const from of machines) {
		for (const to of machines) if (from !== to) expect(pairs).toContain(`${from} ${to}`);
	}
}

describe("a range with VMs", () => {
	test("has them at their exact addresses, ready, and lets pass what its routes say", async () => {
		const [deployed] = await t.deploy(blueprint);
		expect(deployed?.task.error).toBeNull();
		expect(t.ranges.get("mixed-1")).toMatchObject({ state: "running", reason: null });
		expect(t.ranges.get("mixed-1").machines.map(({ name, state }) => [name, state])).toEqual([
			...containers.map((name) => [name, "running"]),
			["guest", "ready"],
			["server", "ready"],
		]);
		expect(await fetchFrom("mixed-1", "client", "10.0.1.50")).toBe("guest");
		expect(await fetchFrom("mixed-1", "client", "10.0.2.50")).toBe("server");
		// No route leads back.
		expect(await fetchFrom("mixed-1", "other", "10.0.1.50")).toBe("");
	}, 300_000);

	test("has the matrix that its blueprint says", () => expectMatrix(), 120_000);

	test("stops and starts with the same addresses", async () => {
		await t.ended(t.ranges.stop("mixed-1", undefined, "test"));
		expect(t.ranges.get("mixed-1").machines.map(({ state }) => state)).toEqual(machines.map(() => "stopped"));
		await t.ended(t.ranges.start("mixed-1", undefined, "test"));
		expect(t.ranges.get("mixed-1")).toMatchObject({ state: "running", reason: null });
		await expectMatrix();
	}, 300_000);

	test("survives the death of the hypervisor's daemon, says meanwhile that it does not answer, and goes on", async () => {
		const before = t.ranges.get("mixed-1").machines.map(({ name, engineId, nics }) => ({ name, engineId, nics }));
		const degraded = t.deps.changes.subscribe(AbortSignal.timeout(60_000));
		await daemon.kill();
		for await (const change of degraded) {
			if (change.kind === "range" && change.range.state === "degraded") break;
		}
		expect(t.ranges.get("mixed-1").machines.find(({ name }) => name === "guest")?.reason).toMatch(/does not answer/);
		// Its VMs run on without it.
		expect(await fetchFrom("mixed-1", "client", "10.0.2.50")).toBe("server");
		const well = t.deps.changes.subscribe(AbortSignal.timeout(60_000));
		await daemon.launch();
		for await (const change of well) {
			if (change.kind === "range" && change.range.state === "running") break;
		}
		expect(t.ranges.get("mixed-1")).toMatchObject({ state: "running", reason: null });
		expect(t.ranges.get("mixed-1").machines.map(({ name, engineId, nics }) => ({ name, engineId, nics }))).toEqual(
			before,
		);
		await expectMatrix();
	}, 240_000);

	test("tells what its VMs use, the network too", async () => {
		const samplers = new UsageSamplers({
			get: (ref) => t.ranges.get(ref),
			site: (ref, signal) => t.ranges.site(ref, signal),
			changes: t.deps.changes,
		});
		const isIn = (bytes: number | null | undefined) => typeof bytes === "number" && bytes > 0;
		for await (const { machines: use } of samplers.watch(["mixed-1"], AbortSignal.timeout(60_000))) {
			if (isIn(use.guest?.networkInPerSecond) && isIn(use.guest?.networkOutPerSecond)) {
				expect(use.guest).toMatchObject({ processes: null, cpus: expect.any(Number) });
				return;
			}
			// The next sample sees the next bytes.
			await fetchFrom("mixed-1", "client", "10.0.1.50");
		}
		throw new Error("no traffic of the guest was seen");
	}, 90_000);

	test("pauses and resumes as a whole", async () => {
		await t.ended(t.ranges.pause("mixed-1", undefined, "test"));
		expect(t.ranges.get("mixed-1").machines.map(({ state }) => state)).toEqual(machines.map(() => "paused"));
		await t.ended(t.ranges.resume("mixed-1", undefined, "test"));
		expect(t.ranges.get("mixed-1")).toMatchObject({ state: "running", reason: null });
		expect(await fetchFrom("mixed-1", "client", "10.0.1.50")).toBe("guest");
	}, 120_000);

	test("is degraded when a VM is switched off behind its back, and brings it back", async () => {
		const changes = t.deps.changes.subscribe(AbortSignal.timeout(60_000));
		const connection = await t.libvirt.connection();
		const { engineId } = t.ranges.get("mixed-1").machines.find(({ name }) => name === "guest") ?? {};
		await connection.domains.destroy(await connection.domains.lookupByUuid(engineId ?? ""));
		for await (const change of changes) {
			if (change.kind === "range" && change.range.state === "degraded") break;
		}
		const [failed] = t.ranges.get("mixed-1").machines.filter(({ state }) => state === "failed");
		expect(failed).toMatchObject({ name: "guest", reason: expect.stringMatching(/^It ended\./) });
		await t.ended(t.ranges.retry("mixed-1", undefined, "test"));
		expect(t.ranges.get("mixed-1")).toMatchObject({ state: "running", reason: null });
	}, 180_000);

	test("loses a VM by an update, and gets one", async () => {
		const update = async (text: string) => {
			const source = { kind: "text" as const, file: "test.yaml", text };
			await t.ended(t.ranges.update({ range: "mixed-1", source, mayLoseData: true }, "test"));
		};
		const connection = await t.libvirt.connection();
		const domains = async () =>
			(await connection.domains.list()).map(({ name }) => name).filter((name) => name.startsWith("homerange-mixed-1-"));
		await update(blueprint.slice(0, blueprint.indexOf("  guest:")));
		expect(await domains()).toEqual([]);
		expect(t.ranges.get("mixed-1").state).toBe("running");
		expect(t.ranges.get("mixed-1").machines.map(({ name }) => name)).toEqual(containers);
		await update(blueprint.slice(0, blueprint.indexOf("  server:")));
		expect(await domains()).toEqual([expect.stringMatching(/-guest$/)]);
		expect(await fetchFrom("mixed-1", "client", "10.0.1.50")).toBe("guest");
	}, 240_000);

	test("leaves nothing of a VM behind", async () => {
		await t.ended(t.ranges.destroy("mixed-1", "test"));
		const connection = await t.libvirt.connection();
		expect((await connection.domains.list()).filter(({ name }) => name.startsWith("homerange-mixed-1-"))).toEqual([]);
		const storage = await t.libvirt.storage();
		expect((await storage.volumes()).filter(({ name }) => !name.startsWith("base-"))).toEqual([]);
		const limit = AbortSignal.timeout(60_000);
		// The library still has the disk.
		expect((await t.ranges.removeOrphans(limit)).found).toEqual([]);
		const disk = t.disks.find("guest");
		if (disk === null) throw new Error("the disk is not in the library");
		await t.disks.remove(disk);
		const names = [expect.stringMatching(/^base-/), storage.name];
		const left = { found: [{ rangeId: null, range: null, provider: "libvirt", names }], problems: [] };
		expect(await t.ranges.findOrphans(limit)).toEqual(left);
		expect(await t.ranges.removeOrphans(limit)).toEqual(left);
		expect(await connection.pools.list()).toEqual([]);
	}, 120_000);
});
