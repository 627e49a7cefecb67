import { CircleX, Ellipsis } from "lucide-react";
import type { RangeDetail } from "../../contract/ranges.ts";
import { actionIcons, cancelTask, type RangeActionId, rangeActions, runOnRanges } from "../actions/range-actions.ts";
import { IconButton } from "../components/button.tsx";
import { Menu, type MenuEntry } from "../components/menu.tsx";
import { useTask } from "../stores/tasks.ts";
import { strings } from "../strings.ts";

/** A range's actions behind three dots; those that stand beside the menu already are left out. */
export function RangeMenu({ range, beside = [] }: { range: RangeDetail; beside?: readonly RangeActionId[] }) {
	const task = useTask(range.taskId);
	const entries: MenuEntry[] = rangeActions(range)
		.filter((action) => !beside.includes(action))
		.map((action) => ({
			id: action,
			title: strings.actions[action],
			icon: actionIcons[action],
			isDangerous: action === "destroy",
			isApart: action === "destroy",
			run: () => void runOnRanges(action, [range]),
		}));
	if (task !== null) {
		entries.push({
			id: "cancel",
			title: strings.tasks.cancel(task.title),
			icon: CircleX,
			isDisabled: !task.cancellable || task.cancelRequested,
			run: () => void cancelTask(task.id),
		});
	}
	return (
		<Menu label={strings.ranges.actionsOf(range.name)} entries={entries}>
			<IconButton
				isSmall
				icon={Ellipsis}
				label={strings.ranges.actionsOf(range.name)}
				disabled={entries.length === 0}
			/>
		</Menu>
	);
}
