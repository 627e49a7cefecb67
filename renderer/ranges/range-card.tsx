import { memo } from "react";
import { Link } from "react-router";
import type { RangeDetail } from "../../contract/ranges.ts";
import { paths } from "../app/navigation.ts";
import { StateMark } from "../components/state-mark.tsx";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";
import { RangeUsageCell } from "../usage/range-usage.tsx";
import { RangeNow } from "./range-columns.tsx";
import { RangeMenu } from "./range-menu.tsx";
import { machinesUp, rangeMark, rangeWord } from "./range-word.ts";

interface RangeCardProps {
	range: RangeDetail;
	isTaken: boolean;
	onToggle: () => void;
}

/** A range in the cards view: the same facts and actions as its row. */
export const RangeCard = memo(function RangeCard({ range, isTaken, onToggle }: RangeCardProps) {
	return (
		<article
			aria-label={range.name}
			className={classes(
				"flex h-full flex-col gap-1.5 rounded-lg border bg-surface p-3",
				isTaken ? "border-accent" : "border-line",
			)}
		>
			<div className="flex items-center gap-2">
				<input
					type="checkbox"
					checked={isTaken}
					onChange={onToggle}
					aria-label={strings.table.take(range.name)}
					className="size-3.5 accent-accent"
				/>
				<Link to={paths.range(range.id)} className="min-w-0 truncate font-semibold hover:underline">
					{range.name}
				</Link>
				<span className="ml-auto">
					<RangeMenu range={range} />
				</span>
			</div>
			<StateMark mark={rangeMark(range)} word={rangeWord(range)} />
			<p className="truncate text-sm text-muted">{range.blueprint.title ?? range.blueprint.name}</p>
			<p className="text-sm text-muted">
				{strings.ranges.counts(range.networks.length, machinesUp(range), range.machines.length)}
			</p>
			<div className="min-h-5 text-sm">
				<RangeUsageCell range={range} />
			</div>
			<div className="min-h-5 truncate">
				<RangeNow range={range} />
			</div>
		</article>
	);
});
