import { formatBytes } from "../../../contract/format-bytes.ts";
import type { HypervisorStatus, VmDetail, VmSnapshot } from "../../../contract/index.ts";
import { paintState, plain, styled, table } from "./text.ts";

/** A VM for people: facts, then its parts as tables, then what to mind. */
export function vmText(vm: VmDetail): string {
	const facts = [
		["uuid", vm.uuid],
		["state", vm.reason === null ? vm.state : `${vm.state} (${vm.reason})`],
		["type", `${vm.type}, ${vm.virtType}, ${vm.firmware}${vm.tpm ? ", TPM" : ""}`],
		["memory", `${formatBytes(vm.memoryBytes)} allocated`],
		["processors", String(vm.vcpus)],
		["autostart", vm.autostart ? "yes" : "no"],
		["addresses", vm.addresses.join(", ") || "-"],
		["consoles", vm.consoles.join(", ") || "-"],
		["of", ownerText(vm)],
		...(vm.template === null ? [] : [["template", vm.template]]),
		...(vm.description ? [["description", vm.description]] : []),
	];
	const width = Math.max(...facts.map(([name = ""]) => name.length));
	const lines = facts.map(([name = "", value = ""]) => `${styled("dim", name.padEnd(width))}  ${plain(value)}`);
	return [
		`${plain(vm.name)}  ${paintState(vm.state)}`,
		lines.join("\n"),
		...(vm.disks.length === 0 ? [] : [disksText(vm)]),
		...(vm.cdroms.length === 0
			? []
			: [
					table(
						["CD", "ISO"],
						vm.cdroms.map(({ target, source, seed }) => [target, seed ? "seed" : (source ?? "-")]),
					),
				]),
		...(vm.nics.length === 0 ? [] : [nicsText(vm)]),
		...(vm.snapshots.length === 0 ? [] : [`SNAPSHOTS\n${snapshotTree(vm.snapshots)}`]),
		...vm.warnings.map((warning) => `${styled("yellow", "mind:")} ${plain(warning)}`),
	].join("\n\n");
}

function ownerText({ owner, managed }: VmDetail): string {
	if (owner?.kind === "range") return `machine ${owner.machine} of range ${owner.range}`;
	return managed ? "Homerange" : "another tool; adopt it to change it here";
}

function disksText({ disks }: VmDetail): string {
	const size = (bytes: number | null) => (bytes === null ? "-" : formatBytes(bytes));
	return table(
		["DISK", "SIZE", "ON THE HOST", "FORMAT", "FILE"],
		disks.map((disk) => [
			disk.target,
			size(disk.capacityBytes),
			size(disk.allocationBytes),
			disk.format ?? "-",
			`${disk.source ?? "-"}${disk.backing.length > 0 ? ` (over ${disk.backing.length} more)` : ""}`,
		]),
	);
}

function nicsText({ nics }: VmDetail): string {
	return table(
		["MAC", "ON", "MODEL", "ADDRESSES"],
		nics.map(({ mac, kind, source, model, addresses }) => [
			mac,
			source === null ? kind : `${kind} ${source}`,
			model ?? "-",
			addresses.join(", ") || "-",
		]),
	);
}

/** Snapshots below the one that they come after. */
export function snapshotTree(snapshots: readonly VmSnapshot[]): string {
	const names = new Set(snapshots.map(({ name }) => name));
	const line = (snapshot: VmSnapshot, depth: number): string[] => [
		`${"  ".repeat(depth)}${snapshot.isCurrent ? "*" : "-"} ${plain(snapshot.name)}  ${styled(
			"dim",
			`${snapshot.createdAt.replace("T", " ").slice(0, 16)}, ${snapshot.method}, ${snapshot.state}`,
		)}${snapshot.description === "" ? "" : `  ${plain(snapshot.description)}`}`,
		...below(snapshot.name).flatMap((child) => line(child, depth + 1)),
	];
	const below = (parent: string) => snapshots.filter((snapshot) => snapshot.parent === parent);
	return snapshots
		.filter(({ parent }) => parent === null || !names.has(parent))
		.flatMap((root) => line(root, 0))
		.join("\n");
}

export function hypervisorText(status: HypervisorStatus): string {
	const head = `${status.uri ?? "libvirt"}: ${status.state}`;
	const { host } = status;
	if (host === null) {
		return [head, status.reason, status.remedy === null ? null : `what to do: ${status.remedy}`]
			.filter((line) => line !== null)
			.map(plain)
			.join("\n");
	}
	const abilities = Object.entries(host.abilities).map(([name, { available, reason, remedy }]) => [
		name,
		available ? "yes" : "no",
		[reason, remedy].filter(Boolean).join(" "),
	]);
	return [
		plain(`${head}; libvirt ${status.libvirtVersion ?? "?"}, QEMU ${status.qemuVersion ?? "?"}`),
		plain(
			`${host.architecture}, ${host.cpus} processors, ${formatBytes(host.memoryBytes)}, guests run by ${host.virtType}`,
		),
		table(["CAN", "HERE", "WHY"], abilities),
		...(host.networks.length === 0
			? []
			: [
					table(
						["NETWORK", "ACTIVE", "BRIDGE"],
						host.networks.map(({ name, active, bridge }) => [name, active ? "yes" : "no", bridge ?? "-"]),
					),
				]),
	].join("\n\n");
}
