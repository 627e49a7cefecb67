import type { Snapshot } from "../../contract/library.ts";

/** One place of the tree of what came from what. */
export interface LineageNode {
	kind: "template" | "image" | "snapshot";
	/** Name of a template or an image, id of a snapshot. */
	id: string;
	name: string;
	children: LineageNode[];
}

/** Longer than any chain that somebody made by hand; a database that was edited may hold a circle. */
const deepest = 64;

/** What came from the snapshot, as far as it goes. */
function descendants(id: string, snapshots: readonly Snapshot[], depth = 0): LineageNode[] {
	if (depth >= deepest) return [];
	return snapshots
		.filter((one) => one.parent?.id === id)
		.map((one) => ({
			kind: "snapshot",
			id: one.id,
			name: one.name,
			children: descendants(one.id, snapshots, depth + 1),
		}));
}

/** The line from the template or image at the root down to the snapshot, and everything that came from that. */
export function snapshotLineage(snapshot: Snapshot, snapshots: readonly Snapshot[]): LineageNode {
	const line: Snapshot[] = [];
	let at: Snapshot | undefined = snapshot;
	while (at !== undefined && line.length < deepest && !line.includes(at)) {
		line.push(at);
		const parent: Snapshot["parent"] = at.parent;
		at = parent === null ? undefined : snapshots.find((one) => one.id === parent.id);
	}
	let node: LineageNode = {
		kind: "snapshot",
		id: snapshot.id,
		name: snapshot.name,
		children: descendants(snapshot.id, snapshots),
	};
	for (const ancestor of line.slice(1)) {
		node = { kind: "snapshot", id: ancestor.id, name: ancestor.name, children: [node] };
	}
	const { source } = line.at(-1) ?? snapshot;
	// A parent that is not in the list any more: its name is all that is left of it.
	if (source.kind === "snapshot") return { kind: "image", id: source.image, name: source.name, children: [node] };
	return { kind: source.kind, id: source.name, name: source.name, children: [node] };
}

/** A template with the snapshots of machines that started from it. */
export function templateLineage(name: string, snapshots: readonly Snapshot[]): LineageNode {
	return {
		kind: "template",
		id: name,
		name,
		children: snapshots
			.filter(({ source, parent }) => parent === null && source.kind === "template" && source.name === name)
			.map((one) => ({
				kind: "snapshot",
				id: one.id,
				name: one.name,
				children: descendants(one.id, snapshots),
			})),
	};
}
