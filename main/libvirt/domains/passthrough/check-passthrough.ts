import { join } from "node:path";
import { contentOf } from "../ability/kernel-files.ts";
import { enableIommu } from "../ability/remedies.ts";
import { type Finding, problem, warning } from "../findings.ts";
import type { PciAddress } from "../variables.ts";
import { formatPciAddress, type IommuDevice, type IommuGroup } from "./iommu-groups.ts";

/**
 * Whether devices can be given to a machine without giving away, or taking along, others. Errors make it unsafe or
 * impossible; warnings say what the host will miss.
 */
export function checkPassthrough(
	chosen: readonly PciAddress[],
	groups: readonly IommuGroup[],
	isLaptop: boolean,
): readonly Finding[] {
	if (groups.length === 0) return [problem("Devices cannot be given away: the host has no IOMMU groups.", enableIommu)];
	const ids = new Set(chosen.map(formatPciAddress));
	const findings: Finding[] = [];
	for (const id of ids) {
		if (groups.some(({ devices }) => devices.some((device) => device.id === id))) continue;
		findings.push(
			problem(`The host has no device ${id} in any IOMMU group.`, "Choose a device from the list of groups."),
		);
	}
	for (const group of groups) findings.push(...checkGroup(group, ids));
	const given = groups.flatMap(({ devices }) => devices).filter(({ id }) => ids.has(id));
	return [...findings, ...given.flatMap(whatIsMissed), ...laptopLimits(given, isLaptop)];
}

/** The functions of a group see one another's memory, whatever the IOMMU is told. */
function checkGroup(group: IommuGroup, ids: ReadonlySet<string>): readonly Finding[] {
	if (!group.devices.some(({ id }) => ids.has(id))) return [];
	const findings = group.devices
		.filter(({ id, kind }) => ids.has(id) && kind === "bridge")
		.map(({ id }) => problem(`${id} is a bridge, which stays with the host.`, "Choose the devices behind it."));
	const left = group.devices.filter(({ id, kind }) => !ids.has(id) && kind !== "bridge");
	if (left.length === 0) return findings;
	const names = left.map(nameOf).join(", ");
	return [
		...findings,
		problem(
			`IOMMU group ${group.id} cannot be split: it also holds ${names}.`,
			"Give the machine these too, or put the card into another slot. A kernel that is patched to split groups (ACS override) only hides that they reach one another.",
		),
	];
}

function whatIsMissed(device: IommuDevice): readonly Finding[] {
	const name = nameOf(device);
	if (device.isBootDisplay) {
		return [
			warning(
				`${name} shows the host's own picture, which goes when the machine starts.`,
				"Have a second graphics device for the host, or another way to reach it.",
			),
		];
	}
	if (device.kind === "storage" && device.driver !== null && device.driver !== "vfio-pci") {
		return [warning(`${name} may hold disks that the host uses.`, "See first that nothing on it is mounted.")];
	}
	if (device.kind === "network" && device.driver !== null && device.driver !== "vfio-pci") {
		return [warning(`${name} may be the host's way to its network.`)];
	}
	return [];
}

function laptopLimits(given: readonly IommuDevice[], isLaptop: boolean): readonly Finding[] {
	if (!isLaptop || !given.some(({ kind }) => kind === "graphics")) return [];
	return [
		warning(
			"This is a laptop. On most of them the screen and its connectors belong to the built-in graphics, so a card that is given away has no screen of its own, and some cards do not start without the firmware that the laptop keeps for them.",
			"Expect to see the machine by its VNC screen or over the network; give the card's firmware as a file if it does not start.",
		),
	];
}

function nameOf({ id, kind, model }: IommuDevice): string {
	return kind === "other" ? `${id} (${model})` : `${id} (${kind} ${model})`;
}

/** SMBIOS chassis types: portable, laptop, notebook, sub notebook, convertible, detachable. */
const laptops: ReadonlySet<string> = new Set(["8", "9", "10", "14", "31", "32"]);

/** False as well when the host does not say: virtual and arm hosts have no SMBIOS. */
export async function isLaptop(sysfs = "/sys"): Promise<boolean> {
	return laptops.has((await contentOf(join(sysfs, "class", "dmi", "id", "chassis_type")))?.trim() ?? "");
}
