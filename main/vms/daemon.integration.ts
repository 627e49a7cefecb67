import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PrivateDaemon } from "../libvirt/rpc/testing/test-daemon.ts";
import { virsh } from "../libvirt/rpc/testing/virsh.ts";
import { openTestVms, type TestVms } from "./testing/open-vms.ts";

describe("without a daemon", () => {
	const t = openTestVms("qemu+unix:///session?socket=/nowhere/libvirt-sock");
	afterAll(() => t.close());

	test("it is said what is missing and what to install, and nothing else fails", async () => {
		expect(t.host.status().state).toBe("idle");
		expect(await t.vms.hypervisor()).toMatchObject({
			state: "absent",
			reason: expect.stringContaining("no libvirt"),
			remedy: expect.stringContaining("apt install"),
		});
		await expect(t.vms.list()).rejects.toMatchObject({ code: "HYPERVISOR_UNAVAILABLE" });
		await expect(t.vms.start({ vm: "x", paused: false }, "test")).rejects.toMatchObject({
			code: "HYPERVISOR_UNAVAILABLE",
		});
		expect((await t.vms.templates()).every(({ available }) => !available)).toBe(true);
	});
});

describe("a daemon that dies", () => {
	let daemon: PrivateDaemon;
	let t: TestVms;
	let file = "";
	const name = "survivor";
	const address = () => `qemu+unix:///session?socket=${daemon.socketPath}`;
	const ask = (...args: string[]) => virsh(daemon.socketPath, daemon.uri, ...args);

	beforeAll(async () => {
		daemon = await PrivateDaemon.start();
		t = openTestVms(address());
		file = join(t.folder, "domain.xml");
		const os = '<os><type arch="x86_64" machine="pc">hvm</type></os>';
		await writeFile(
			file,
			`<domain type="qemu"><name>${name}</name><memory>65536</memory>${os}<features><acpi/></features></domain>`,
		);
		await ask("define", file);
	});
	afterAll(async () => {
		await ask("destroy", name).catch(() => undefined);
		await t.close();
		await daemon.stop();
	});

	test("is connected again when it is back, the VM ran on, and an operation that waited ends", async () => {
		await t.vms.adopt(name, "test");
		const [vm] = await t.vms.list();
		const uuid = vm?.uuid ?? "";
		await t.done(t.vms.start({ vm: name, paused: false }, "test"));
		const stopping = await t.vms.stop({ vm: name, force: false, graceSeconds: 0 }, "test");
		// In the middle of a call it fails, and says so; while it waits it goes on waiting.
		await expect.poll(() => t.tasks.get(stopping.taskId).steps[0]?.note).toBe("It was asked to.");
		await daemon.kill();
		await expect.poll(() => t.host.status().state).toBe("lost");
		expect(t.told.get(uuid)?.state).toBe("running");
		await daemon.launch();
		await daemon.answers();
		await expect.poll(() => t.host.status().state, { timeout: 20_000 }).toBe("connected");
		expect((await t.vms.list()).find((each) => each.uuid === uuid)?.state).toBe("running");
		await t.done(t.vms.destroy(name, "test"));
		expect(await t.tasks.whenEnded(stopping.taskId)).toMatchObject({ state: "done", error: null });
		expect(await ask("domstate", name)).toBe("shut off");
		await ask("start", name);
		await expect.poll(() => t.told.get(uuid)?.state).toBe("running");
		await ask("destroy", name);
		await ask("undefine", name);
		await expect.poll(() => t.told.has(uuid)).toBe(false);
	});

	test("is connected again by itself also when somebody asked while it was away", async () => {
		await t.vms.list();
		await daemon.kill();
		await expect.poll(() => t.host.status().state).toBe("lost");
		await expect(t.vms.list()).rejects.toMatchObject({ code: "HYPERVISOR_UNAVAILABLE" });
		await daemon.launch();
		await expect.poll(() => t.host.status().state, { timeout: 40_000 }).toBe("connected");
	});

	test("is left at once when the settings say so, and found again", async () => {
		await ask("define", file);
		const listed = await t.vms.list();
		expect(listed.map((vm) => vm.name)).toEqual([name]);
		const uuid = listed[0]?.uuid ?? "";
		await expect.poll(() => t.told.has(uuid)).toBe(true);
		t.settings.set({ libvirt: "off" });
		await expect.poll(() => t.host.status().state).toBe("off");
		await expect.poll(() => t.told.has(uuid)).toBe(false);
		expect(t.vms.known()).toEqual([]);
		await expect(t.vms.list()).rejects.toMatchObject({ code: "HYPERVISOR_UNAVAILABLE" });
		t.settings.set({ libvirt: address() });
		await expect.poll(() => t.told.get(uuid)?.name).toBe(name);
		expect(t.host.status().state).toBe("connected");
		await ask("undefine", name);
	});
});
