import { z } from "zod";

/**
 * How a snapshot is kept. `internal`: inside the qcow2 files, with the memory of a running guest. `external`: the disks
 * go on in new files, and libvirt knows the chain. `overlay`: the same with a chain of our own, made while the VM is
 * stopped, for where libvirt cannot go back to an external one.
 */
export const snapshotMethod = z.enum(["internal", "external", "overlay"]);
export type SnapshotMethod = z.infer<typeof snapshotMethod>;

/** Names as libvirt takes them for snapshots: no slash, which would be a folder. */
export const vmSnapshotName = z
	.string()
	.regex(
		/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,79}$/u,
		"use letters, digits, spaces, dots, hyphens and underscores, at most 80",
	);

export const vmSnapshot = z.object({
	name: z.string(),
	description: z.string(),
	createdAt: z.string(),
	method: snapshotMethod,
	/** What the VM was doing; `running` and `paused` with its memory saved. */
	state: z.enum(["running", "paused", "stopped", "disk-only"]),
	/** The snapshot before it; null for the first of a line. */
	parent: z.string().nullable(),
	/** The VM's disks stand on it now. */
	isCurrent: z.boolean(),
	/** Why a revert or a delete is not possible here; null when it is. */
	revertProblem: z.string().nullable(),
	deleteProblem: z.string().nullable(),
});
export type VmSnapshot = z.infer<typeof vmSnapshot>;

/** One way to take a snapshot of this VM as it is now, said before anybody clicks. */
export const snapshotWay = z.object({
	method: snapshotMethod,
	withMemory: z.boolean(),
	available: z.boolean(),
	/** Why not, and what would help. */
	reason: z.string().nullable(),
	remedy: z.string().nullable(),
	/** What it does, in a sentence. */
	explanation: z.string(),
	/** The one that is taken when nobody chooses. */
	preferred: z.boolean(),
});
export type SnapshotWay = z.infer<typeof snapshotWay>;
