import { ChevronDown, ChevronRight, CircleX, ListChecks } from "lucide-react";
import { memo, useState } from "react";
import type { Task } from "../../contract/tasks.ts";
import { perform } from "../actions/perform.ts";
import { cancelTask } from "../actions/range-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button, IconButton } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { ProgressBar } from "../components/progress-bar.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { taskMarks } from "../components/states.ts";
import { formatClock, formatDuration } from "../format/time.ts";
import { useNow } from "../hooks/use-now.ts";
import { useRanges } from "../stores/ranges.ts";
import { isTaskOpen, useTasks } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { taskWord } from "./task-panel.tsx";
import { TaskSteps } from "./task-steps.tsx";
import { currentStep, stepProgress, taskDuration } from "./task-summary.ts";

/** The dock's list of tasks, newest first. */
export function TasksView() {
	const tasks = useTasks((state) => state.list);
	if (tasks.length === 0) {
		return (
			<p className="flex h-full items-center justify-center gap-2 text-muted">
				<ListChecks size={16} aria-hidden="true" />
				{strings.tasks.none}
			</p>
		);
	}
	return (
		<div className="h-full overflow-y-auto">
			<ul aria-label={strings.tasks.title}>
				{tasks.map((task) => (
					<TaskLine key={task.id} task={task} />
				))}
			</ul>
			{tasks.some((task) => !isTaskOpen(task)) && (
				<div className="px-3 py-2">
					<Button isSmall look="quiet" onClick={() => perform(() => rpc().tasks.clear({}))}>
						{strings.tasks.clear}
					</Button>
				</div>
			)}
		</div>
	);
}

const TaskLine = memo(function TaskLine({ task }: { task: Task }) {
	const [isUnfolded, setUnfolded] = useState(false);
	const isOpen = isTaskOpen(task);
	const Fold = isUnfolded ? ChevronDown : ChevronRight;
	return (
		<li className="border-b border-line">
			<div className="flex h-8 items-center gap-3 px-3 hover:bg-hover">
				<button
					type="button"
					aria-expanded={isUnfolded}
					onClick={() => setUnfolded(!isUnfolded)}
					className="flex h-full min-w-0 items-center gap-2"
				>
					<Fold size={14} aria-hidden="true" className="shrink-0 text-faint" />
					<StateMark mark={taskMarks[task.state]} word={taskWord(task)} />
					<span className="truncate font-medium">{task.title}</span>
				</button>
				{isOpen ? <OpenTask task={task} /> : <EndedTask task={task} />}
			</div>
			{isUnfolded && (
				<div className="grid gap-2 px-9 pt-1 pb-3">
					{task.error !== null && <ErrorNotice error={task.error} />}
					<TaskSteps task={task} />
				</div>
			)}
		</li>
	);
});

function OpenTask({ task }: { task: Task }) {
	const now = useNow(1000);
	return (
		<>
			<span className="min-w-0 flex-1 truncate text-sm text-muted">{currentStep(task)?.title}</span>
			<span className="w-24 shrink-0">
				<ProgressBar progress={stepProgress(task)} label={task.title} />
			</span>
			<span className="w-16 shrink-0 text-right text-sm text-muted">{formatDuration(taskDuration(task, now))}</span>
			<IconButton
				icon={CircleX}
				isSmall
				label={strings.tasks.cancel(task.title)}
				disabled={!task.cancellable || task.cancelRequested}
				onClick={() => cancelTask(task.id)}
			/>
		</>
	);
}

function EndedTask({ task }: { task: Task }) {
	const range = useRanges((state) => state.list.find((one) => one.id === task.rangeId) ?? null);
	return (
		<>
			<span className="min-w-0 flex-1 truncate text-sm text-muted">{task.error?.message}</span>
			{range !== null && (
				<Button isSmall look="quiet" onClick={() => navigateTo(paths.range(range.id))}>
					{strings.tasks.openRange}
				</Button>
			)}
			<span className="shrink-0 text-sm text-muted">
				{formatClock(task.createdAt)} · {formatDuration(taskDuration(task, 0))}
			</span>
		</>
	);
}
