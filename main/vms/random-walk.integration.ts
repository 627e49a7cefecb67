import { afterAll, beforeAll, expect, test } from "vitest";
import { createVmRequest } from "../../contract/vm-requests.ts";
import { openTestVms, type TestVms } from "./testing/open-vms.ts";
import { virsh, virshState } from "./testing/virsh.ts";

const steps = Number(process.env.HOMERANGE_WALK_STEPS ?? 30);
const seed = Number(process.env.HOMERANGE_WALK_SEED ?? Date.now() % 100_000);

let t: TestVms;
beforeAll(() => {
	t = openTestVms();
});
afterAll(() => t.close());

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

test(`virsh and the list agree after every step of a walk by both (seed ${seed})`, async () => {
	const pick = random(seed);
	const name = t.name("walker");
	const mebibyte = 1024 ** 2;
	const request = { name, memoryBytes: 128 * mebibyte, cpus: 1, diskBytes: 64 * mebibyte, nics: [] };
	const { taskId, uuid } = await t.vms.create(createVmRequest.parse(request), "test");
	await t.tasks.whenEnded(taskId);
	// What the state does not allow is refused by both, and changes nothing.
	const ours = (started: Promise<{ taskId: string }>) => t.ended(started).catch(() => null);
	const theirs = (...args: string[]) => virsh(...args).catch(() => null);
	const moves: [string, () => Promise<unknown>][] = [
		["we start it", () => ours(t.vms.start({ vm: uuid, paused: false }, "test"))],
		["we start it paused", () => ours(t.vms.start({ vm: uuid, paused: true }, "test"))],
		["we pause it", () => ours(t.vms.pause(uuid, "test"))],
		["we resume it", () => ours(t.vms.resume(uuid, "test"))],
		["we reset it", () => ours(t.vms.reset(uuid, "test"))],
		["we cut its power", () => ours(t.vms.destroy(uuid, "test"))],
		["we change autostart", () => t.vms.setAutostart(uuid, pick(2) === 0, "test")],
		["we change processors", () => ours(t.vms.change({ vm: uuid, cpus: 1 + pick(2) }, "test"))],
		["virsh starts it", () => theirs("start", name)],
		["virsh suspends it", () => theirs("suspend", name)],
		["virsh resumes it", () => theirs("resume", name)],
		["virsh cuts its power", () => theirs("destroy", name)],
		["virsh saves it", () => theirs("managedsave", name)],
		["virsh drops its saved state", () => theirs("managedsave-remove", name)],
		["virsh changes autostart", () => theirs("autostart", name, ...(pick(2) === 0 ? [] : ["--disable"]))],
	];
	const walked: string[] = [];
	for (let step = 0; step < steps; step++) {
		const [title, move] = moves[pick(moves.length)] ?? ["nothing", async () => undefined];
		walked.push(title);
		await move();
		const vm = (await t.vms.list()).find((each) => each.uuid === uuid);
		const info = await virsh("dominfo", name);
		const field = (key: string) => new RegExp(`^${key}: +(.*)$`, "m").exec(info)?.[1];
		expect(
			{ state: vm?.state, autostart: vm?.autostart, saved: vm?.hasSavedState, cpus: String(vm?.vcpus) },
			walked.slice(-5).join(", "),
		).toEqual({
			state: await virshState(name),
			autostart: field("Autostart") === "enable",
			saved: field("Managed save") === "yes",
			cpus: field("CPU\\(s\\)"),
		});
		await expect.poll(() => t.told.get(uuid)).toEqual(vm);
	}
});
