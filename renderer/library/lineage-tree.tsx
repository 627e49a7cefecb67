import { Box, Layers, Package } from "lucide-react";
import { Link } from "react-router";
import { paths } from "../app/navigation.ts";
import { strings } from "../strings.ts";
import type { LineageNode } from "./lineage.ts";

const icons = { template: Box, image: Package, snapshot: Layers } as const;
const words = strings.library.details;

function pathOf(node: LineageNode): string {
	switch (node.kind) {
		case "template":
			return paths.template(node.id);
		case "image":
			return paths.image(node.id);
		case "snapshot":
			return paths.snapshot(node.id);
	}
}

/** The tree of what came from what; the entry whose page it is on stands out and is no link. */
export function LineageTree({ root, here }: { root: LineageNode; here: string }) {
	return (
		<ul aria-label={words.lineage} className="rounded-lg border border-line bg-surface px-4 py-2">
			<Branch node={root} here={here} />
		</ul>
	);
}

function Branch({ node, here }: { node: LineageNode; here: string }) {
	const Icon = icons[node.kind];
	const isHere = node.id === here;
	return (
		<li>
			<div className="flex h-7 items-center gap-2">
				<Icon size={14} aria-hidden="true" className="shrink-0 text-faint" />
				{isHere ? (
					<span className="truncate font-semibold">{node.name}</span>
				) : (
					<Link to={pathOf(node)} className="truncate text-accent hover:underline">
						{node.name}
					</Link>
				)}
				<span className="shrink-0 text-sm text-faint">
					{words.lineageKinds[node.kind]}
					{isHere && `, ${words.here}`}
				</span>
			</div>
			{node.children.length > 0 && (
				<ul className="ml-1.75 border-l border-line pl-4">
					{node.children.map((child) => (
						<Branch key={child.id} node={child} here={here} />
					))}
				</ul>
			)}
		</li>
	);
}
