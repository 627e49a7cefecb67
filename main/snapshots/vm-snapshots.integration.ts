import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeDomain } from "../libvirt/domains/index.ts";
import { BlockCommit, type Domain, type LibvirtConnection } from "../libvirt/rpc/index.ts";
import { runByAgent } from "../providers/libvirt/agent-commands.ts";
import { addGuestDisk } from "../providers/libvirt/testing/test-disk.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { openTestSnapshots, type TestSnapshots } from "./testing/open-snapshots.ts";

/** Ready by its agent, so that each save can ask it. */
const blueprint = `
blueprint: 1
name: vmlab
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  box:
    image: "homerange/busybox:1"
    nics: [{ network: lan, ip: 10.0.1.10 }]
    command: [sh, -c, "n=0; while :; do n=$((n+1)); echo $n >/count; sleep 0.05; done"]
  guest:
    image: guest
    provider: libvirt
    memory: 256MiB
    cpus: 1
    nics: [{ network: lan, ip: 10.0.1.50 }]
    ready: { exec: [/bin/sh, -c, "grep -q ' /data ' /proc/mounts"], timeout: 280s }
`;
const limitMs = 900_000;
const soon = () => AbortSignal.timeout(60_000);
const program = join(import.meta.dirname, "testing", "dying-snapshot.ts");
const folder = mkdtempSync(join(tmpdir(), "homerange-vm-snapshots-"));

let t: TestSnapshots;
beforeAll(async () => {
	t = await openTestSnapshots({ folder, settings: { stopGraceSeconds: 20 } });
	await addGuestDisk(t.disks);
	const [deployed] = await t.deploy(blueprint);
	expect(deployed?.task.error).toBeNull();
}, limitMs);
afterAll(async () => {
	await t?.[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
}, limitMs);

async function domainOf(at: TestRanges, range: string): Promise<{ connection: LibvirtConnection; domain: Domain }> {
	const { engineId } = at.ranges.get(range).machines.find(({ name }) => name === "guest") ?? {};
	const connection = await at.libvirt.connection();
	return { connection, domain: await connection.domains.lookupByUuid(engineId ?? "") };
}

/** Runs a line in the guest. Gives the last line that it wrote. */
async function inGuest(range: string, line: string): Promise<string> {
	const { connection, domain } = await domainOf(t, range);
	const result = await runByAgent(connection, domain, ["/bin/sh", "-c", line], soon());
	if (result?.exitCode !== 0) throw new Error(`${line}: ${JSON.stringify(result)}`);
	return result.said;
}

/** The file that the guest writes to, and the files of the VM's disk that the pool has. */
async function disksOf(at: TestRanges, range: string): Promise<{ writes: string; files: string[] }> {
	const { connection, domain } = await domainOf(at, range);
	const { disks } = describeDomain(await connection.domains.xml(domain));
	const writes =
		disks
			.find(({ target }) => target === "vda")
			?.path?.split("/")
			.at(-1) ?? "";
	const volumes = await (await at.libvirt.storage()).volumes();
	const own = volumes.filter(({ name }) => name.startsWith(domain.name) && name.endsWith(".qcow2"));
	const short = (name: string) => name.replace(domain.name, "");
	return { writes: short(writes), files: own.map(({ name }) => short(name)).sort() };
}
const whole = { writes: ".qcow2", files: [".qcow2"] };
const split = { writes: "-saving.qcow2", files: ["-saving.qcow2", ".qcow2"] };

const take = async (name: string) => await t.ended(t.saved.takeRange({ range: "vmlab-1", name }, "test"));
/** Files in the library's pool, without the guest's disk itself. */
const kept = () => readdirSync(t.disks.folder).filter((name) => !name.startsWith("aaaa"));
const notes = (task: { steps: readonly { id: string; note: string | null }[] }) =>
	Object.fromEntries(task.steps.map(({ id, note }) => [id, note]));

describe("a snapshot of a range with a VM", () => {
	let sum = "";

	test(
		"saves the VM's disk while it runs, and leaves the VM as it was",
		async () => {
			sum = await inGuest("vmlab-1", "head -c 300000 /dev/urandom >/data/random; sha256sum </data/random");
			const task = await take("monday");
			expect(notes(task)).toMatchObject({ save: null, clear: null });
			expect(t.ranges.get("vmlab-1")).toMatchObject({ state: "running", reason: null });
			expect(t.ranges.get("vmlab-1").machines.map(({ state }) => state)).toEqual(["running", "ready"]);
			expect(await disksOf(t, "vmlab-1")).toEqual(whole);
			await t.goesOn("vmlab-1", "box", "/count");
			const saved = await t.saved.get("monday/guest");
			expect(saved).toMatchObject({
				provider: "libvirt",
				image: `snapshot-${saved.id}`,
				present: true,
				sharedBytes: 0,
			});
			const disk = await t.disks.verify(saved.image);
			expect(disk).toMatchObject({ format: "qcow2", sha256: saved.imageId, sizeBytes: saved.sizeBytes });
			expect(disk.virtualBytes).toBe(128 * 1024 ** 2);
			expect(kept()).toEqual([disk.file]);
		},
		limitMs,
	);

	test(
		"brings the range back to it, byte for byte",
		async () => {
			await inGuest("vmlab-1", "echo later >/data/later; echo changed >/data/random");
			await t.ended(t.saved.restore({ range: "vmlab-1", snapshot: "monday" }, "test"));
			expect(t.ranges.get("vmlab-1")).toMatchObject({ state: "running", reason: null });
			expect(await inGuest("vmlab-1", "sha256sum </data/random; ls /data/later 2>/dev/null || true")).toBe(sum);
			expect(await disksOf(t, "vmlab-1")).toEqual(whole);
		},
		limitMs,
	);

	test(
		"makes another range, and a machine of a blueprint, from it",
		async () => {
			const source = { kind: "range-snapshot", name: "monday" } as const;
			const one = blueprint
				.replace("vmlab", "single")
				.replace("image: guest\n    provider: libvirt\n    memory: 256MiB\n    cpus: 1", "snapshot: monday/guest")
				.replace(/ {4}ready: .*\n/, "");
			const [[copy], [single]] = await Promise.all([
				t.ranges.deploy({ source, copies: 1, name: "copy" }, "test"),
				t.deploy(one),
			]);
			await t.ended({ taskId: copy?.taskId ?? "" });
			expect(single?.task.error).toBeNull();
			// Memory, readiness and what runs it come from the snapshot.
			expect(t.ranges.get("single-1").machines[1]).toMatchObject({ state: "ready", provider: "libvirt" });
			for (const range of [copy?.rangeName ?? "", "single-1"]) {
				expect(await inGuest(range, "sha256sum </data/random")).toBe(sum);
			}
			await expect(t.saved.deleteRange("monday", "test")).rejects.toMatchObject({ code: "IN_USE" });
			await Promise.all(["copy", "single-1"].map((range) => t.ended(t.ranges.destroy(range, "test"))));
		},
		limitMs,
	);

	test(
		"knows what a machine stands on, and goes with its bytes",
		async () => {
			await t.ended(t.saved.takeMachine({ range: "vmlab-1", machine: "guest", name: "tuesday" }, "test"));
			expect(await t.saved.get("tuesday")).toMatchObject({ parent: { name: "monday/guest" } });
			expect(kept()).toHaveLength(2);
			await t.saved.delete("tuesday", "test");
			expect(kept()).toHaveLength(1);
			expect(t.disks.list()).toHaveLength(2);
		},
		limitMs,
	);

	test(
		"that is cancelled leaves nothing, and the VM with one file",
		async () => {
			const begun = t.begun("bring");
			const { taskId } = await t.saved.takeRange({ range: "vmlab-1", name: "never" }, "test");
			await begun;
			expect(await disksOf(t, "vmlab-1")).toEqual(split);
			await t.deps.tasks.cancel(taskId);
			expect(await t.deps.tasks.whenEnded(taskId)).toMatchObject({ state: "cancelled" });
			expect(await disksOf(t, "vmlab-1")).toEqual(whole);
			expect(kept()).toHaveLength(1);
			expect(t.snapshots.names()).not.toContain("never/guest");
		},
		limitMs,
	);
});

/** Takes a snapshot in a process that kills itself in that step, while this one has let go of the data folder. */
async function killedIn(step: string): Promise<void> {
	await t.release();
	const child = spawn(process.execPath, [program, folder, "vmlab-1", step], { stdio: ["ignore", "ignore", "pipe"] });
	let said = "";
	child.stderr.on("data", (bytes: Buffer) => {
		said += bytes.toString();
	});
	const [, signal] = await once(child, "close");
	expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
}

describe("an engine that is killed while it saves a VM", () => {
	test.for(["split", "bring"])(
		"in the step %s leaves it running, and the next one clears up",
		{ timeout: limitMs },
		async (step) => {
			await killedIn(step);
			// Before anything is cleared up.
			const ranges = await openTestRanges({ folder });
			const seen = await disksOf(ranges, "vmlab-1");
			expect(ranges.ranges.get("vmlab-1")).toMatchObject({ state: "running", interrupted: null, reason: null });
			await ranges.release();
			expect(seen).toEqual(split);
			t = await openTestSnapshots({ folder });
			expect(await disksOf(t, "vmlab-1")).toEqual(whole);
			expect(kept()).toHaveLength(1);
			expect(t.snapshots.names()).not.toContain("killed/guest");
			expect(await inGuest("vmlab-1", "echo alive")).toBe("alive");
		},
	);

	test(
		"with a commit that has begun leaves the next one to end it",
		async () => {
			await killedIn("clear");
			const ranges = await openTestRanges({ folder });
			const { connection, domain } = await domainOf(ranges, "vmlab-1");
			await connection.blocks.commit(domain, "vda", {}, BlockCommit.active | BlockCommit.shallow);
			await ranges.release();
			t = await openTestSnapshots({ folder });
			expect(await disksOf(t, "vmlab-1")).toEqual(whole);
			expect(await inGuest("vmlab-1", "echo alive")).toBe("alive");
		},
		limitMs,
	);

	test(
		"leaves a VM that can be stopped, saved so, and started",
		async () => {
			await inGuest("vmlab-1", "echo before >/data/order");
			await killedIn("bring");
			const ranges = await openTestRanges({ folder, settings: { stopGraceSeconds: 20 } });
			const { connection, domain } = await domainOf(ranges, "vmlab-1");
			await runByAgent(connection, domain, ["/bin/sh", "-c", "echo after >/data/order; sync"], soon());
			await ranges.ended(ranges.ranges.stop("vmlab-1", "guest", "test"));
			await ranges.release();
			t = await openTestSnapshots({ folder });
			expect(await disksOf(t, "vmlab-1")).toEqual(split);
			await take("stopped");
			expect(await disksOf(t, "vmlab-1")).toEqual(split);
			await t.ended(t.ranges.start("vmlab-1", "guest", "test"));
			expect(await inGuest("vmlab-1", "cat /data/order")).toBe("after");
			await t.ended(t.saved.restore({ range: "vmlab-1", snapshot: "stopped" }, "test"));
			expect(await inGuest("vmlab-1", "cat /data/order")).toBe("after");
			expect(await disksOf(t, "vmlab-1")).toEqual(whole);
		},
		limitMs,
	);
});
