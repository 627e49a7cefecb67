import { type LucideIcon, Minus, Pencil, Plus, RefreshCw } from "lucide-react";
import type { RangeChange } from "../../contract/range-update.ts";
import { Section } from "../components/page.tsx";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";

const order = ["network", "routes", "router", "machine", "limits", "description"] as const;

const icons: Record<RangeChange["kind"], LucideIcon> = {
	add: Plus,
	remove: Minus,
	change: Pencil,
	recreate: RefreshCw,
};
const tones: Record<RangeChange["kind"], string> = {
	add: "text-ok",
	remove: "text-bad",
	change: "text-muted",
	recreate: "text-warn",
};

/** What differs, by the part of the range that it is in. */
export function ChangeList({ changes }: { changes: readonly RangeChange[] }) {
	return order.map((part) => {
		const own = changes.filter((change) => change.part === part);
		if (own.length === 0) return null;
		return (
			<Section key={part} title={strings.update.parts[part]}>
				<ul aria-label={strings.update.parts[part]} className="grid gap-1.5">
					{own.map((change) => (
						<Change key={change.message} change={change} />
					))}
				</ul>
			</Section>
		);
	});
}

function Change({ change: { kind, message, losesData } }: { change: RangeChange }) {
	const Icon = icons[kind];
	return (
		<li className="grid grid-cols-[16px_88px_minmax(0,1fr)] items-baseline gap-x-2">
			<Icon size={14} aria-hidden="true" className={classes("self-center", tones[kind])} />
			<span className={classes("text-sm", tones[kind])}>{strings.update.kinds[kind]}</span>
			<span className="selectable break-words">
				{message}
				{losesData && <span className="font-medium text-warn"> {strings.update.losesDisk}</span>}
			</span>
		</li>
	);
}
