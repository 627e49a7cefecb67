import { afterAll, beforeAll, expect, test } from "vitest";
import { createVmRequest } from "../../contract/vm-requests.ts";
import type { Vm } from "../../contract/vms.ts";
import { virsh as virshOf } from "../libvirt/rpc/testing/virsh.ts";
import { OwnSystemDaemon } from "../libvirt/testing/own-system-daemon.ts";
import { removePool } from "../libvirt/testing/remove-pool.ts";
import { openTestVms, type TestVms } from "./testing/open-vms.ts";

const minutes = Number(process.env.HOMERANGE_WALK_MINUTES ?? 0);
/** Of a walk that has no time to end at. */
const steps = Number(process.env.HOMERANGE_WALK_STEPS ?? 15);
const seed = Number(process.env.HOMERANGE_WALK_SEED ?? Date.now() % 100_000);
const mostVms = 3;
const mebibyte = 1024 ** 2;

let daemon: OwnSystemDaemon;
let t: TestVms;
const virsh = (...args: string[]) => virshOf(daemon.socketPath, "qemu:///system", ...args);

beforeAll(async () => {
	daemon = await OwnSystemDaemon.start();
	t = openTestVms(daemon.uri);
});
afterAll(async () => {
	for (const uuid of await domains()) {
		await virsh("destroy", uuid).catch(() => undefined);
		// One that was forgotten by virsh while it ran goes with its power.
		await virsh("undefine", uuid, "--managed-save", "--snapshots-metadata").catch(() => undefined);
	}
	await removePool(t.host);
	await t.close();
	await daemon.stop();
});

/** The same walk for the same seed: mulberry32. */
function random(from: number): (count: number) => number {
	let state = from;
	return (count) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
	};
}

async function domains(): Promise<string[]> {
	return (await virsh("list", "--all", "--uuid")).split("\n").filter(Boolean).sort();
}

type Facts = Pick<Vm, "name" | "state" | "vcpus" | "memoryBytes" | "autostart" | "hasSavedState"> & {
	snapshots: string[];
};
const stateWords: Record<string, Vm["state"]> = {
	running: "running",
	paused: "paused",
	"in shutdown": "stopping",
	"shut off": "stopped",
};

/** What virsh says of every VM. */
async function theirView(): Promise<Record<string, Facts>> {
	const view: Record<string, Facts> = {};
	for (const uuid of await domains()) {
		const info = await virsh("dominfo", uuid);
		const field = (key: string) => new RegExp(`^${key}: +(.*)$`, "m").exec(info)?.[1] ?? "";
		view[uuid] = {
			name: field("Name"),
			state: stateWords[field("State")] ?? "unknown",
			vcpus: Number(field("CPU\\(s\\)")),
			memoryBytes: Number(/^\d+/.exec(field("Max memory"))?.[0]) * 1024,
			autostart: field("Autostart") === "enable",
			hasSavedState: field("Managed save") === "yes",
			snapshots: (await virsh("snapshot-list", uuid, "--name")).split("\n").filter(Boolean).sort(),
		};
	}
	return view;
}

/** The same as we say it, in the list and in what a window was told meanwhile. */
async function ourView(): Promise<Record<string, Facts>> {
	const listed = await t.vms.list();
	const view: Record<string, Facts> = {};
	for (const { uuid, name, state, vcpus, memoryBytes, autostart, hasSavedState } of listed) {
		const snapshots = (await t.vms.listSnapshots(uuid)).map((snapshot) => snapshot.name).sort();
		view[uuid] = { name, state, vcpus, memoryBytes, autostart, hasSavedState, snapshots };
	}
	await expect.poll(() => Object.fromEntries(t.told)).toEqual(Object.fromEntries(listed.map((vm) => [vm.uuid, vm])));
	return view;
}

test(`virsh and the app agree on every VM after every step of a walk by both (seed ${seed})`, {
	timeout: minutes * 60_000 + 300_000,
}, async () => {
	const pick = random(seed);
	const one = <T>(of: readonly T[]): T | undefined => of[pick(of.length)];
	let made = 0;
	// What the state does not allow is refused by both, and changes nothing.
	const ours = (started: Promise<{ taskId: string }>) => t.ended(started).catch(() => null);
	const theirs = (...args: string[]) => virsh(...args).catch(() => null);
	const create = async () => {
		if ((await domains()).length >= mostVms) return;
		const name = t.name(`walker-${++made}`);
		const request = { name, memoryBytes: 128 * mebibyte, cpus: 1, diskBytes: 64 * mebibyte, nics: [] };
		await t.done(t.vms.create(createVmRequest.parse(request), "test"));
	};
	const snapshotOf = async (vm: string) =>
		one(await virsh("snapshot-list", vm, "--name").then((all) => all.split("\n")));
	type Move = (vm: string) => Promise<unknown>;
	const moves: [string, Move][] = [
		["we make one", create],
		["we start it", (vm) => ours(t.vms.start({ vm, paused: false }, "test"))],
		["we start it paused", (vm) => ours(t.vms.start({ vm, paused: true }, "test"))],
		["we pause it", (vm) => ours(t.vms.pause(vm, "test"))],
		["we resume it", (vm) => ours(t.vms.resume(vm, "test"))],
		["we reset it", (vm) => ours(t.vms.reset(vm, "test"))],
		["we cut its power", (vm) => ours(t.vms.destroy(vm, "test"))],
		["we change autostart", (vm) => t.vms.setAutostart(vm, pick(2) === 0, "test").catch(() => null)],
		["we change processors", (vm) => ours(t.vms.change({ vm, cpus: 1 + pick(2) }, "test"))],
		["we change memory", (vm) => ours(t.vms.change({ vm, memoryBytes: (128 + 16 * pick(3)) * mebibyte }, "test"))],
		["we rename it", (vm) => t.vms.rename(vm, t.name(`renamed-${++made}`), "test").catch(() => null)],
		["we save a snapshot", (vm) => ours(t.vms.createSnapshot({ vm, name: `s${++made}`, description: "" }, "test"))],
		["we go back to a snapshot", async (vm) => ours(t.vms.revertSnapshot(vm, (await snapshotOf(vm)) ?? "", "test"))],
		[
			"we delete a snapshot",
			async (vm) => ours(t.vms.deleteSnapshot({ vm, snapshot: (await snapshotOf(vm)) ?? "", children: false }, "test")),
		],
		["we delete it", (vm) => ours(t.vms.delete({ vm, deleteDisks: true }, "test"))],
		["virsh starts it", (vm) => theirs("start", vm)],
		["virsh suspends it", (vm) => theirs("suspend", vm)],
		["virsh resumes it", (vm) => theirs("resume", vm)],
		["virsh cuts its power", (vm) => theirs("destroy", vm)],
		["virsh saves it", (vm) => theirs("managedsave", vm)],
		["virsh drops its saved state", (vm) => theirs("managedsave-remove", vm)],
		["virsh changes autostart", (vm) => theirs("autostart", vm, ...(pick(2) === 0 ? [] : ["--disable"]))],
		["virsh changes processors", (vm) => theirs("setvcpus", vm, "1", "--config")],
		["virsh renames it", (vm) => theirs("domrename", vm, t.name(`theirs-${++made}`))],
		["virsh saves a snapshot", (vm) => theirs("snapshot-create-as", vm, `v${++made}`)],
		["virsh deletes a snapshot", async (vm) => theirs("snapshot-delete", vm, (await snapshotOf(vm)) ?? "")],
		["virsh forgets it", (vm) => theirs("undefine", vm, "--snapshots-metadata", "--managed-save")],
		[
			"the daemon dies and comes back",
			async () => {
				await daemon.kill();
				await expect.poll(() => t.host.status().state).toBe("lost");
				await daemon.launch();
				await expect.poll(() => t.host.status().state, { timeout: 30_000 }).toBe("connected");
			},
		],
	];
	const walked: string[] = [];
	const until = performance.now() + minutes * 60_000;
	await create();
	for (let step = 0; minutes > 0 ? performance.now() < until : step < steps; step++) {
		const vm = one(await domains());
		const [title, move] = vm === undefined ? (["we make one", create] as const) : (one(moves) ?? ["nothing", create]);
		walked.push(title);
		await move(vm ?? "");
		// One that ends or starts by itself between the two views is looked at again.
		await expect
			.poll(async () => ({ ours: await ourView(), theirs: await theirView() }), {
				message: `after step ${step}: ${walked.slice(-5).join(", ")}`,
				timeout: 15_000,
			})
			.toSatisfy(({ ours, theirs }) => JSON.stringify(sorted(ours)) === JSON.stringify(sorted(theirs)));
	}
	if (minutes > 0) console.info(`${walked.length} steps, seed ${seed}`);
});

function sorted(view: Record<string, Facts>): [string, Facts][] {
	return Object.entries(view).toSorted(([a], [b]) => a.localeCompare(b));
}
