import { afterAll, beforeAll, expect, test } from "vitest";
import { createVmRequest } from "../../contract/vm-requests.ts";
import { addGuestDisk } from "../providers/libvirt/testing/test-disk.ts";
import { guestReady } from "../testing/guest.ts";
import { openTestVms, type TestVms } from "./testing/open-vms.ts";

let t: TestVms;
beforeAll(async () => {
	t = openTestVms();
	await addGuestDisk(t.disks);
});
afterAll(() => t.close());

/** Without KVM, on a busy machine. */
const bootMs = 300_000;
const mebibyte = 1024 ** 2;

async function make(label: string, more: object): Promise<string> {
	const request = { name: t.name(label), memoryBytes: 256 * mebibyte, cpus: 1, nics: [{ kind: "user" }], ...more };
	const { taskId, uuid } = await t.vms.create(createVmRequest.parse({ ...request, start: true }), "test");
	expect(await t.tasks.whenEnded(taskId)).toMatchObject({ error: null, state: "done" });
	return uuid;
}

async function booted(uuid: string): Promise<void> {
	const log = async () => (await t.vms.log(uuid, 10_000)).text;
	await expect.poll(log, { timeout: bootMs, interval: 500 }).toContain(guestReady);
}

test("a VM stands on an image of the library, has its seed, answers by its agent and shuts down when asked", async () => {
	const first = await make("first", { image: "guest", cloudInit: { hostname: "first-guest" } });
	await booted(first);
	const detail = await t.vms.get(first);
	expect(detail.disks[0]?.backing[0]).toMatch(/\/base-[0-9a-f]{64}\.qcow2$/);
	expect(detail.cdroms.filter(({ seed }) => seed)).toHaveLength(1);
	await expect.poll(async () => (await t.vms.get(first)).agent, { timeout: bootMs }).toBe(true);
	const stopped = await t.done(t.vms.stop({ vm: first, force: false, graceSeconds: 120 }, "test"));
	expect(stopped.steps.map(({ id, state }) => [id, state])).toEqual([
		["ask", "done"],
		["cut", "skipped"],
	]);
	await t.done(t.vms.delete({ vm: first, deleteDisks: true }, "test"));
	const left = (await (await t.host.storage()).volumes()).map(({ name }) => name);
	// The library has the image still.
	expect(left.filter((name) => !name.startsWith("base-"))).toEqual([]);
}, 900_000);
