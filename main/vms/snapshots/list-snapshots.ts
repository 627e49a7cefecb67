import type { SnapshotMethod, VmSnapshot } from "../../../contract/vm-snapshots.ts";
import { describeSnapshot, type SnapshotDescription } from "../../libvirt/domains/index.ts";
import { type Domain, isNoSnapshot, isUnsupported, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { readOverlays } from "./overlay-record.ts";

/** All snapshots of a VM, libvirt's and ours, the oldest first. */
export async function listSnapshots(
	connection: LibvirtConnection,
	domain: Domain,
	{ canRevertExternal, isActive }: { canRevertExternal: boolean; isActive: boolean },
): Promise<VmSnapshot[]> {
	const { snapshots, current } = await readOverlays(connection, domain);
	const ours = snapshots.map(({ name, description, createdAt, parent }) => ({
		...{ name, description, createdAt, parent },
		method: "overlay" as const,
		state: "stopped" as const,
		isCurrent: name === current,
		revertProblem: isActive ? "The VM runs: stop it first." : null,
		deleteProblem: null,
	}));
	const theirs = await listLibvirt(connection, domain, canRevertExternal);
	return inOrder([...theirs, ...ours]);
}

async function listLibvirt(
	connection: LibvirtConnection,
	domain: Domain,
	canRevertExternal: boolean,
): Promise<VmSnapshot[]> {
	try {
		const current = await connection.snapshots.current(domain);
		const found: VmSnapshot[] = [];
		for (const snapshot of await connection.snapshots.list(domain)) {
			try {
				const described = describeSnapshot(await connection.snapshots.xml(snapshot));
				const method: SnapshotMethod = described.kind === "internal" ? "internal" : "external";
				found.push({
					name: snapshot.name,
					description: described.description ?? "",
					createdAt: described.createdAt ?? new Date(0).toISOString(),
					method,
					state: stateOf(described),
					parent: described.parent,
					isCurrent: snapshot.name === current?.name,
					revertProblem: revertProblem(method, canRevertExternal),
					deleteProblem: null,
				});
			} catch (error) {
				// Somebody deleted it in this moment.
				if (!isNoSnapshot(error)) throw error;
			}
		}
		return found;
	} catch (error) {
		if (isUnsupported(error)) return [];
		throw error;
	}
}

function stateOf({ state }: SnapshotDescription): VmSnapshot["state"] {
	if (state === "running" || state === "paused") return state;
	return state === "disk-snapshot" ? "disk-only" : "stopped";
}

function revertProblem(method: SnapshotMethod, canRevertExternal: boolean): string | null {
	if (method === "internal" || canRevertExternal) return null;
	return "This libvirt cannot go back to external snapshots; that came with libvirt 9.9.";
}

/** The oldest first, and nothing before what it stands on: libvirt knows whole seconds only. */
function inOrder(snapshots: readonly VmSnapshot[]): VmSnapshot[] {
	const parents = new Map(snapshots.map(({ name, parent }) => [name, parent]));
	const depth = (name: string): number => {
		let steps = 0;
		for (let at = parents.get(name) ?? null; at !== null && steps < snapshots.length; at = parents.get(at) ?? null)
			steps++;
		return steps;
	};
	return snapshots.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || depth(a.name) - depth(b.name));
}
