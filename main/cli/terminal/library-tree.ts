import { formatBytes } from "../../../contract/format-bytes.ts";
import type { Snapshot, Template } from "../../../contract/library.ts";
import { plain } from "./text.ts";

/** What stands on what: a template or an image at the root, and snapshots below. */
export interface TreeNode {
	readonly kind: "template" | "image" | "snapshot";
	readonly name: string;
	/** Of a snapshot: what it adds to what it stands on. */
	readonly ownBytes: number | null;
	readonly children: readonly TreeNode[];
}

/** Templates and images that snapshots came from, each with its snapshots. Pure. */
export function treeOf(templates: readonly Template[], snapshots: readonly Snapshot[]): TreeNode[] {
	const known = new Set(snapshots.map(({ id }) => id));
	const nodeOf = (snapshot: Snapshot): TreeNode => ({
		kind: "snapshot",
		name: snapshot.name,
		ownBytes: snapshot.ownBytes,
		children: snapshots.filter(({ parent }) => parent?.id === snapshot.id).map(nodeOf),
	});
	const roots = snapshots.filter(({ parent }) => parent === null || !known.has(parent.id));
	const below = (kind: string, name: string) =>
		roots.filter(({ source }) => source.kind === kind && source.name === name).map(nodeOf);
	const named = new Set(templates.map(({ name }) => name));
	const others = Map.groupBy(
		roots.filter(({ source }) => source.kind !== "template" || !named.has(source.name)),
		({ source }) => source.image,
	);
	return [
		...templates.map(
			({ name }): TreeNode => ({ kind: "template", name, ownBytes: null, children: below("template", name) }),
		),
		...[...others].map(
			([name, found]): TreeNode => ({ kind: "image", name, ownBytes: null, children: found.map(nodeOf) }),
		),
	];
}

export function treeText(nodes: readonly TreeNode[]): string {
	return nodes.flatMap((node) => [title(node), ...branches(node.children, "")]).join("\n");
}

function branches(nodes: readonly TreeNode[], indent: string): string[] {
	return nodes.flatMap((node, at) => {
		const isLast = at === nodes.length - 1;
		const line = `${indent}${isLast ? "└─ " : "├─ "}${title(node)}`;
		return [line, ...branches(node.children, `${indent}${isLast ? "   " : "│  "}`)];
	});
}

function title({ kind, name, ownBytes }: TreeNode): string {
	return ownBytes === null ? `${plain(name)} (${kind})` : `${plain(name)}, ${formatBytes(ownBytes)} of its own`;
}
