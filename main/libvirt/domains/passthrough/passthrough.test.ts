import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkPassthrough, isLaptop } from "./check-passthrough.ts";
import { formatPciAddress, listIommuGroups, parsePciAddress } from "./iommu-groups.ts";

let sysfs: string;
beforeEach(async () => {
	sysfs = await mkdtemp(join(tmpdir(), "hr-sysfs-"));
});
afterEach(async () => await rm(sysfs, { recursive: true, force: true }));

/** A device as the kernel shows it: a folder of small files, to which its group has a link. */
async function device(group: number, id: string, code: string, more: { driver?: string; bootVga?: boolean } = {}) {
	const folder = join(sysfs, "devices", "pci0000:00", id);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "class"), `${code}\n`);
	await writeFile(join(folder, "vendor"), "0x10de\n");
	await writeFile(join(folder, "device"), "0x1b81\n");
	if (more.bootVga !== undefined) await writeFile(join(folder, "boot_vga"), more.bootVga ? "1\n" : "0\n");
	if (more.driver !== undefined) await symlink(`../../../bus/pci/drivers/${more.driver}`, join(folder, "driver"));
	const devices = join(sysfs, "kernel", "iommu_groups", String(group), "devices");
	await mkdir(devices, { recursive: true });
	await symlink(folder, join(devices, id));
}

/** A bridge, the card with its two functions behind it, and a disk controller by itself. */
async function workstation() {
	await device(1, "0000:00:01.0", "0x060400", { driver: "pcieport" });
	await device(1, "0000:01:00.0", "0x030000", { driver: "nouveau", bootVga: false });
	await device(1, "0000:01:00.1", "0x040300", { driver: "snd_hda_intel" });
	await device(12, "0000:02:00.0", "0x010802", { driver: "nvme" });
	await device(2, "0000:00:02.0", "0x030000", { driver: "i915", bootVga: true });
	return await listIommuGroups(sysfs);
}

const at = (id: string) => parsePciAddress(id) ?? expect.fail(id);
const card = ["0000:01:00.0", "0000:01:00.1"].map(at);
const messages = (list: readonly { severity: string; message: string }[]) =>
	list.map(({ severity, message }) => `${severity}: ${message}`);

describe("IOMMU groups", () => {
	test("are read with what each device is, in the order of their numbers", async () => {
		const groups = await workstation();
		expect(
			groups.map(({ id, devices }) => [id, devices.map(({ id, kind, driver }) => `${id} ${kind} ${driver}`)]),
		).toEqual([
			[1, ["0000:00:01.0 bridge pcieport", "0000:01:00.0 graphics nouveau", "0000:01:00.1 audio snd_hda_intel"]],
			[2, ["0000:00:02.0 graphics i915"]],
			[12, ["0000:02:00.0 storage nvme"]],
		]);
		expect(groups[0]?.devices[1]).toMatchObject({
			model: "10de:1b81",
			address: { domain: 0, bus: 1, slot: 0, function: 0 },
		});
	});

	test("a host without them has none, and platform devices are left out", async () => {
		expect(await listIommuGroups(sysfs)).toEqual([]);
		await device(0, "7000000.iommu", "0x000000");
		expect(await listIommuGroups(sysfs)).toEqual([{ id: 0, devices: [] }]);
	});

	test("addresses are read and written the same way", () => {
		expect(formatPciAddress(at("0001:0a:1f.7"))).toBe("0001:0a:1f.7");
		for (const wrong of ["", "01:00.0", "0000:01:20.0", "0000:01:00.8", "../../etc"])
			expect(parsePciAddress(wrong)).toBeNull();
	});
});

describe("giving devices away", () => {
	test("a whole group is safe; its bridge stays with the host", async () => {
		expect(checkPassthrough(card, await workstation(), false)).toEqual([]);
	});

	test("a part of a group is refused, with what it would take along", async () => {
		const [finding] = checkPassthrough(card.slice(0, 1), await workstation(), false);
		expect(finding).toMatchObject({
			severity: "error",
			message: "IOMMU group 1 cannot be split: it also holds 0000:01:00.1 (audio 10de:1b81).",
			remedy: expect.stringContaining("ACS override"),
		});
	});

	test("a bridge, an unknown device and a host without an IOMMU are refused", async () => {
		const groups = await workstation();
		expect(messages(checkPassthrough([at("0000:00:01.0"), ...card], groups, false))).toEqual([
			"error: 0000:00:01.0 is a bridge, which stays with the host.",
		]);
		expect(messages(checkPassthrough([at("0000:99:00.0")], groups, false))).toEqual([
			"error: The host has no device 0000:99:00.0 in any IOMMU group.",
		]);
		expect(checkPassthrough(card, [], false)[0]?.remedy).toContain("intel_iommu=on");
	});

	test("what the host will miss is said", async () => {
		const groups = await workstation();
		expect(messages(checkPassthrough([at("0000:00:02.0")], groups, false))[0]).toContain(
			"shows the host's own picture",
		);
		expect(messages(checkPassthrough([at("0000:02:00.0")], groups, false))[0]).toContain(
			"may hold disks that the host uses",
		);
	});

	test("a laptop's limits are explained for graphics, and for graphics only", async () => {
		const groups = await workstation();
		expect(messages(checkPassthrough(card, groups, true))[0]).toContain("warning: This is a laptop.");
		expect(messages(checkPassthrough([at("0000:02:00.0")], groups, true)).join()).not.toContain("laptop");
	});

	test("a laptop is known by its chassis", async () => {
		expect(await isLaptop(sysfs)).toBe(false);
		await mkdir(join(sysfs, "class", "dmi", "id"), { recursive: true });
		await writeFile(join(sysfs, "class", "dmi", "id", "chassis_type"), "10\n");
		expect(await isLaptop(sysfs)).toBe(true);
	});

	test("this very host can be asked", async () => {
		expect(Array.isArray(await listIommuGroups())).toBe(true);
		expect(typeof (await isLaptop())).toBe("boolean");
	});
});
