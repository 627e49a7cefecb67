import type { RangeDetail } from "../../contract/ranges.ts";
import type { TableColumn } from "../components/data-table.tsx";
import { ProgressBar } from "../components/progress-bar.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { formatAge } from "../format/time.ts";
import { useNow } from "../hooks/use-now.ts";
import { useTask } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { currentStep, stepProgress } from "../tasks/task-summary.ts";
import { RangeUsageCell } from "../usage/range-usage.tsx";
import { RangeMenu } from "./range-menu.tsx";
import { machinesUp, rangeMark, rangeWord } from "./range-word.ts";

export const rangeColumns: readonly TableColumn<RangeDetail>[] = [
	{
		id: "name",
		title: strings.ranges.columns.name,
		width: "minmax(140px, 1.4fr)",
		cell: (range) => <span className="font-medium">{range.name}</span>,
		sortBy: (range) => range.name,
	},
	{
		id: "state",
		title: strings.ranges.columns.state,
		width: "112px",
		cell: (range) => <StateMark mark={rangeMark(range)} word={rangeWord(range)} />,
		sortBy: rangeWord,
	},
	{
		id: "now",
		title: strings.ranges.columns.now,
		width: "minmax(120px, 2fr)",
		cell: (range) => <RangeNow range={range} />,
	},
	{
		id: "machines",
		title: strings.ranges.columns.machines,
		width: "88px",
		cell: (range) => strings.common.ratio(machinesUp(range), range.machines.length),
		sortBy: (range) => range.machines.length,
	},
	{
		id: "usage",
		title: strings.ranges.columns.usage,
		width: "128px",
		cell: (range) => <RangeUsageCell range={range} />,
	},
	{
		id: "blueprint",
		title: strings.ranges.columns.blueprint,
		width: "minmax(100px, 1fr)",
		cell: (range) => (
			<span className="text-muted" title={range.blueprint.title ?? undefined}>
				{range.blueprint.name}
			</span>
		),
		sortBy: (range) => range.blueprint.name,
	},
	{
		id: "created",
		title: strings.ranges.columns.created,
		width: "92px",
		cell: (range) => <Age iso={range.createdAt} />,
		sortBy: (range) => Date.parse(range.createdAt),
	},
	{ id: "menu", title: "", width: "28px", cell: (range) => <RangeMenu range={range} /> },
];

/** What is being done with a range, or why it is not as wanted; empty for one that just runs. */
export function RangeNow({ range }: { range: RangeDetail }) {
	const task = useTask(range.taskId);
	if (task !== null) {
		const progress = stepProgress(task);
		return (
			<span className="flex items-center gap-2">
				<span className="w-16 shrink-0">
					<ProgressBar progress={progress} label={task.title} />
				</span>
				<span className="truncate text-sm text-muted">{currentStep(task)?.title ?? task.title}</span>
			</span>
		);
	}
	if (range.reason === null) return null;
	return (
		<span className="text-sm text-muted" title={range.reason}>
			{range.reason}
		</span>
	);
}

function Age({ iso }: { iso: string }) {
	return <span className="text-muted">{formatAge(iso, useNow(30_000))}</span>;
}
