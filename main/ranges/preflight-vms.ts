import type { PreflightFinding } from "../../contract/blueprints.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import type { VmAbility } from "../providers/libvirt/range-vms.ts";
import { error, fact, warning } from "./preflight-finding.ts";

/** What is known about the virtual machines that a range would have. */
export interface VmFacts {
	readonly ability: VmAbility;
	readonly disks: readonly {
		readonly image: string;
		/** Null when the library has no such disk. */
		readonly sizeBytes: number | null;
	}[];
}

/** Null facts: the blueprint has no VM. */
export function vmFindings({ machines }: ResolvedBlueprint, facts: VmFacts | null): PreflightFinding[] {
	const vms = machines.filter(({ provider }) => provider === "libvirt").map(({ name }) => name);
	if (facts === null || vms.length === 0) return [];
	const { available, reason, remedy, emulated } = facts.ability;
	const names = vms.join(", ");
	if (!available) {
		return [error("libvirt", `${names} cannot be made: ${reason ?? "no hypervisor answers."}`, remedy)];
	}
	return [
		...(emulated === null
			? []
			: [
					warning(
						"kvm",
						`${names} run by emulation, many times slower: ${emulated}`,
						"Enable KVM, if this machine has it.",
					),
				]),
		...facts.disks.map(({ image, sizeBytes }) =>
			sizeBytes === null
				? error(
						"images",
						`The library has no disk image ${image}.`,
						"Import one (homerange image import FILE), or correct its name.",
					)
				: fact("images", `The disk ${image} is in the library, ${formatBytes(sizeBytes)}.`),
		),
	];
}
