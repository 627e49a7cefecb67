import { X } from "lucide-react";
import type { RangeDetail } from "../../contract/ranges.ts";
import { actionIcons, type RangeActionId, rangeActions, runOnRanges } from "../actions/range-actions.ts";
import { Button, IconButton } from "../components/button.tsx";
import { strings } from "../strings.ts";

const offered: readonly RangeActionId[] = ["start", "retry", "stop", "destroy"];

/** What can be done with the taken ranges together; each button says how many it fits. */
export function SelectionBar({ ranges, onClear }: { ranges: readonly RangeDetail[]; onClear: () => void }) {
	return (
		<div className="flex h-10 shrink-0 items-center gap-2 border-b border-line bg-selected px-5">
			<span role="status" className="font-medium">
				{strings.ranges.taken(ranges.length)}
			</span>
			{offered.map((action) => {
				const count = ranges.filter((range) => rangeActions(range).includes(action)).length;
				return (
					<Button
						key={action}
						isSmall
						look={action === "destroy" ? "caution" : "plain"}
						icon={actionIcons[action]}
						disabled={count === 0}
						onClick={() => void runOnRanges(action, ranges)}
					>
						{strings.actions[action]}
						{count > 0 && count < ranges.length && ` (${count})`}
					</Button>
				);
			})}
			<span className="ml-auto">
				<IconButton isSmall icon={X} label={strings.ranges.clearSelection} onClick={onClear} />
			</span>
		</div>
	);
}
