import type { Machine, ProviderName, RangeDetail } from "../../contract/ranges.ts";
import type { Vm } from "../../contract/vms.ts";
import { type Mark, machineMarks, vmMarks } from "../components/states.ts";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";

/** A machine of a range, or a virtual machine that stands alone. */
export type MachineRow =
	| { readonly kind: "machine"; readonly range: RangeDetail; readonly machine: Machine }
	| { readonly kind: "vm"; readonly vm: Vm };

/** What the states of both kinds come to, for the filter. */
export type StateGroup = "up" | "failed" | "stopped";

export const rowId = (row: MachineRow): string => (row.kind === "vm" ? row.vm.uuid : row.machine.id);
export const rowName = (row: MachineRow): string => (row.kind === "vm" ? row.vm.name : row.machine.name);

export function rowProvider(row: MachineRow): ProviderName {
	return row.kind === "vm" ? "libvirt" : row.machine.provider;
}

export function rowState(row: MachineRow): { mark: Mark; word: string } {
	if (row.kind === "vm") return { mark: vmMarks[row.vm.state], word: strings.vms.states[row.vm.state] };
	const { state } = row.machine;
	return { mark: machineMarks[state], word: strings.machineStates[state] };
}

/** Null for one that is on its way from one state to another. */
export function rowGroup(row: MachineRow): StateGroup | null {
	switch (row.kind === "vm" ? row.vm.state : row.machine.state) {
		case "running":
		case "ready":
			return "up";
		case "paused":
		case "suspended":
		case "stopped":
			return "stopped";
		case "failed":
		case "crashed":
			return "failed";
		default:
			return null;
	}
}

/** Each with the network that it is on, where that is known. */
export function rowAddresses(row: MachineRow): { ip: string; label: string }[] {
	if (row.kind === "vm") return row.vm.addresses.map((ip) => ({ ip, label: strings.machines.address }));
	return row.machine.nics.map(({ ip, network }) => ({ ip, label: network }));
}

export function rowSource(row: MachineRow): string {
	return row.kind === "vm" ? (row.vm.template ?? "") : row.machine.source.name;
}

export function rowReason(row: MachineRow): string | null {
	return row.kind === "vm" ? row.vm.reason : row.machine.reason;
}

/** Where it belongs, in a word. */
export function rowWhere(row: MachineRow): string {
	if (row.kind === "machine") return row.range.name;
	return row.vm.owner === null ? strings.vms.foreign : strings.vms.standalone;
}

/** CPUs and memory: what a virtual machine is given, or what a container may take at most. */
export function machineSizes({
	provider,
	cpus,
	memoryBytes,
}: Pick<Machine, "provider" | "cpus" | "memoryBytes">): string {
	const { allocated, limited } = strings.vms;
	const memory = memoryBytes === null ? null : formatBytes(memoryBytes);
	return provider === "libvirt" && memory !== null ? allocated(cpus ?? 1, memory) : limited(cpus, memory);
}

export function rowSizes(row: MachineRow): string {
	if (row.kind === "machine") return machineSizes(row.machine);
	return strings.vms.allocated(row.vm.vcpus, formatBytes(row.vm.memoryBytes));
}
