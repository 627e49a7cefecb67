import type { VmSnapshot } from "../../contract/vm-snapshots.ts";

/** A snapshot with those that were taken after it. */
export interface SnapshotBranch {
	snapshot: VmSnapshot;
	children: SnapshotBranch[];
}

/**
 * Pure: the snapshots as trees, the oldest first. One whose parent is not there is a root; of a circle, which no
 * hypervisor should tell, each is shown once.
 */
export function snapshotBranches(snapshots: readonly VmSnapshot[]): SnapshotBranch[] {
	const byAge = snapshots.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.name.localeCompare(b.name));
	const names = new Set(byAge.map(({ name }) => name));
	const seen = new Set<string>();
	const branch = (snapshot: VmSnapshot): SnapshotBranch => {
		seen.add(snapshot.name);
		const own = byAge.filter(({ parent, name }) => parent === snapshot.name && !seen.has(name));
		return { snapshot, children: own.map(branch) };
	};
	const roots = byAge.filter(({ parent }) => parent === null || !names.has(parent)).map(branch);
	return [
		...roots,
		...byAge.filter(({ name }) => !seen.has(name)).flatMap((one) => (seen.has(one.name) ? [] : [branch(one)])),
	];
}
