import type { HostDevice } from "../../contract/hypervisor.ts";

/** Devices that go to one virtual machine together, or to none. */
export interface DeviceGroup {
	/** Null: of devices without an IOMMU group, which stay with the host. */
	readonly id: number | null;
	readonly devices: readonly HostDevice[];
	/** What is asked for when the group is chosen: bridges stay with the host. Empty for one that cannot be chosen. */
	readonly addresses: readonly string[];
	/** Why it cannot be chosen, or what to mind; each once. */
	readonly reasons: readonly string[];
}

/** Pure: the host's devices by their groups, in the order of the groups' numbers. */
export function deviceGroups(devices: readonly HostDevice[]): DeviceGroup[] {
	return [...Map.groupBy(devices, ({ iommuGroup }) => iommuGroup)]
		.toSorted(([a], [b]) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY))
		.map(([id, members]) => {
			const given = members.filter(({ category }) => category !== "bridge");
			const isSafe = id !== null && given.length > 0 && given.every(({ usable }) => usable);
			const spoken = given.length > 0 ? given : members;
			return {
				id,
				devices: members,
				addresses: isSafe ? given.map(({ address }) => address) : [],
				reasons: [...new Set(spoken.flatMap(({ reason }) => reason ?? []))],
			};
		});
}

/** Whether all of a group is among the chosen addresses. */
export const isGroupChosen = ({ addresses }: DeviceGroup, chosen: readonly string[]): boolean =>
	addresses.length > 0 && addresses.every((address) => chosen.includes(address));

/** Pure: the chosen addresses once a group came to them, or went. */
export function toggleGroup({ addresses }: DeviceGroup, chosen: readonly string[]): string[] {
	const others = chosen.filter((address) => !addresses.includes(address));
	return addresses.every((address) => chosen.includes(address)) ? others : [...others, ...addresses];
}
