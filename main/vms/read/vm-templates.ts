import type { HostDevice, VmTemplate } from "../../../contract/hypervisor.ts";
import {
	checkAbility,
	checkPassthrough,
	domainTemplates,
	type HostAbility,
	isLaptop,
	listIommuGroups,
} from "../../libvirt/domains/index.ts";

/** What can be made, with what this host has to say to each; null: nobody knows the host. */
export function vmTemplates(ability: HostAbility | null): VmTemplate[] {
	return [...domainTemplates().values()].map((template) => {
		const { name, title, description, os, defaults, media, licence, notes, hostdevs } = template;
		const findings = ability === null ? [] : checkAbility(template, ability);
		const obstacle = findings.find(({ severity }) => severity === "error");
		return {
			...{ name, title, description, type: os, defaults },
			cloudInit: media.some((medium) => medium.name === "seed"),
			unattended: media.some((medium) => medium.name === "answers"),
			passthrough: hostdevs === "required",
			available: ability !== null && obstacle === undefined,
			reason: obstacle?.message ?? null,
			remedy: obstacle?.remedy ?? null,
			warnings: [
				...findings.filter(({ severity }) => severity === "warning").map(({ message }) => message),
				...(licence === null ? [] : [licence]),
				...notes,
			],
		};
	});
}

/** The host's PCI devices in their IOMMU groups; none where devices cannot be given away. */
export async function hostDevices(): Promise<HostDevice[]> {
	const groups = await listIommuGroups();
	const laptop = await isLaptop();
	return groups.flatMap(({ id, devices }) =>
		devices.map((device) => {
			const whole = devices.filter(({ kind }) => kind !== "bridge").map(({ address }) => address);
			// A whole group is what can be given; alone, a device is refused for its neighbours' sake.
			const findings = checkPassthrough(device.kind === "bridge" ? [device.address] : whole, groups, laptop);
			const [first] = findings.toSorted((a, b) => a.severity.localeCompare(b.severity));
			return {
				address: device.id,
				title: `${device.kind} ${device.model}`,
				category: device.kind === "graphics" ? "display" : device.kind,
				driver: device.driver,
				iommuGroup: id,
				groupMembers: devices.filter((other) => other !== device).map((other) => other.id),
				usable: findings.every(({ severity }) => severity !== "error"),
				reason: first?.message ?? null,
			};
		}),
	);
}
