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

test("VMs stand on one image of the library, are set up by their seeds, shut down when asked, and are saved", async () => {
	const first = await make("first", { image: "guest", cloudInit: { hostname: "first-guest" } });
	await booted(first);
	const detail = await t.vms.get(first);
	expect(detail.disks[0]?.backing[0]).toMatch(/\/base-[0-9a-f]{64}\.qcow2$/);
	expect(detail.cdroms.filter(({ seed }) => seed)).toHaveLength(1);
	await expect.poll(async () => (await t.vms.get(first)).agent, { timeout: bootMs }).toBe(true);
	const connection = await t.host.connection();
	const domain = await connection.domains.lookupByUuid(first);
	expect(await connection.guests.hostname(domain)).toBe("first-guest");
	const stopped = await t.done(t.vms.stop({ vm: first, force: false, graceSeconds: 120 }, "test"));
	expect(stopped.steps.map(({ id, state }) => [id, state])).toEqual([
		["ask", "done"],
		["cut", "skipped"],
	]);
	await t.done(t.vms.saveToLibrary({ vm: first, name: "saved-guest" }, "test"));
	const snapshot = t.snapshots.get("saved-guest");
	expect(snapshot).toMatchObject({ provider: "libvirt", defaults: { diskBytes: 128 * mebibyte } });
	const second = await make("second", { snapshot: "saved-guest" });
	await booted(second);
	const bases = async () =>
		(await (await t.host.storage()).volumes()).filter(({ name }) => /^base-.*qcow2$/.test(name)).length;
	expect(await bases()).toBe(2);
	for (const vm of [first, second]) await t.done(t.vms.delete({ vm, deleteDisks: true }, "test"));
	// The library has them still; once it has not, the last VM takes its base along.
	expect(await bases()).toBe(2);
}, 900_000);
