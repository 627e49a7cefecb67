import { readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { contentOf, namesIn, unlessAbsent } from "../ability/kernel-files.ts";
import type { PciAddress } from "../variables.ts";

/** What a PCI device is, as far as it matters for giving it away. From its class code. */
export type PciKind = "bridge" | "graphics" | "audio" | "network" | "storage" | "usb" | "other";

export interface IommuDevice {
	/** "0000:01:00.0", as Linux writes it. */
	readonly id: string;
	readonly address: PciAddress;
	readonly kind: PciKind;
	/** "10de:1b81": maker and model. */
	readonly model: string;
	/** The host's driver that holds it; null: none. */
	readonly driver: string | null;
	/** The host's firmware showed its first picture on it. */
	readonly isBootDisplay: boolean;
}

/** Devices that the IOMMU cannot tell apart: they go to one machine together, or to none. */
export interface IommuGroup {
	readonly id: number;
	readonly devices: readonly IommuDevice[];
}

const mostGroups = 4096;
const mostDevices = 256;

/**
 * The host's groups, in the order of their numbers; none when its IOMMU is off, or on another system than Linux.
 * `sysfs` is where the kernel's files are.
 */
export async function listIommuGroups(sysfs = "/sys"): Promise<readonly IommuGroup[]> {
	const folder = join(sysfs, "kernel", "iommu_groups");
	const ids = (await namesIn(folder)).filter((name) => /^\d{1,9}$/.test(name)).map(Number);
	const groups: IommuGroup[] = [];
	for (const id of ids.sort((one, other) => one - other).slice(0, mostGroups)) {
		const devices = join(folder, String(id), "devices");
		const names = [...(await namesIn(devices))].sort().slice(0, mostDevices);
		const read = await Promise.all(names.map((name) => readDevice(devices, name)));
		groups.push({ id, devices: read.filter((device) => device !== null) });
	}
	return groups;
}

/** Null: not a PCI device; arm's platform devices stand in groups too. */
async function readDevice(folder: string, name: string): Promise<IommuDevice | null> {
	const address = parsePciAddress(name);
	if (address === null) return null;
	const text = async (file: string) => (await contentOf(join(folder, name, file)))?.trim() ?? "";
	const [code, vendor, device] = await Promise.all([text("class"), text("vendor"), text("device")]);
	return {
		id: name,
		address,
		kind: kindOf(Number.parseInt(code, 16)),
		model: `${vendor.replace(/^0x/, "")}:${device.replace(/^0x/, "")}`,
		driver: await driverOf(join(folder, name, "driver")),
		isBootDisplay: (await text("boot_vga")) === "1",
	};
}

/** "0000:01:00.0"; null when it is no such address. */
export function parsePciAddress(text: string): PciAddress | null {
	const match = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/i.exec(text);
	if (match === null) return null;
	const [domain = 0, bus = 0, slot = 0, func = 0] = match.slice(1).map((part) => Number.parseInt(part, 16));
	return { domain, bus, slot, function: func };
}

export function formatPciAddress({ domain, bus, slot, function: func }: PciAddress): string {
	const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
	return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(slot, 2)}.${func}`;
}

/** Base classes of the PCI code and ID assignment specification. */
function kindOf(code: number): PciKind {
	const base = code >> 16;
	const sub = (code >> 8) & 0xff;
	if (base === 0x06) return "bridge";
	if (base === 0x03) return "graphics";
	if (base === 0x04) return sub === 0x00 ? "graphics" : "audio";
	if (base === 0x02 || base === 0x0d) return "network";
	if (base === 0x01) return "storage";
	return base === 0x0c && sub === 0x03 ? "usb" : "other";
}

async function driverOf(link: string): Promise<string | null> {
	const target = await unlessAbsent(() => readlink(link));
	return target === null ? null : basename(target);
}
