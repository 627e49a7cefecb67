import type { VmDetail } from "../../contract/vms.ts";
import { strings } from "../strings.ts";

const words = strings.vms.change.clone;

/** Why a virtual machine cannot have a linked clone: its own disks would go on in new files. Null when it can. */
export function linkedProblem({ managed, snapshots }: Pick<VmDetail, "managed" | "snapshots">): string | null {
	if (!managed) return words.linkedForeign;
	// Those that libvirt knows belong to the files as they are.
	const kept = snapshots.filter(({ method }) => method !== "overlay").length;
	return kept === 0 ? null : words.linkedSnapshots(kept);
}
