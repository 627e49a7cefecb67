import { CircleX } from "lucide-react";
import type { Task } from "../../contract/tasks.ts";
import { cancelTask } from "../actions/range-actions.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { ProgressBar } from "../components/progress-bar.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { taskMarks } from "../components/states.ts";
import { formatProgress } from "../format/bytes.ts";
import { formatDuration } from "../format/time.ts";
import { useNow } from "../hooks/use-now.ts";
import { isTaskOpen } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { TaskSteps } from "./task-steps.tsx";
import { currentStep, stepProgress, taskDuration } from "./task-summary.ts";

/** The word for a task's state; a task that was asked to end says so. */
export function taskWord(task: Task): string {
	return task.state === "running" && task.cancelRequested ? strings.tasks.cancelling : strings.taskStates[task.state];
}

/** A task in full: state, progress, steps, error, and the way to cancel it. */
export function TaskPanel({ task }: { task: Task }) {
	const now = useNow(500);
	const isOpen = isTaskOpen(task);
	const progress = stepProgress(task);
	return (
		<section aria-label={task.title} className="rounded-lg border border-line bg-surface">
			<div className="flex items-center gap-3 px-4 pt-3 pb-2">
				<h2 className="min-w-0 truncate font-semibold">{task.title}</h2>
				<StateMark mark={taskMarks[task.state]} word={taskWord(task)} />
				<span className="ml-auto text-sm whitespace-nowrap text-muted">
					{isOpen && progress.total !== null && `${strings.tasks.stepCount(formatProgress(progress))} · `}
					{formatDuration(taskDuration(task, now))}
				</span>
				{isOpen && task.cancellable && (
					<Button isSmall icon={CircleX} disabled={task.cancelRequested} onClick={() => cancelTask(task.id)}>
						{strings.common.cancel}
					</Button>
				)}
			</div>
			<p role="status" className="sr-only">
				{isOpen ? (currentStep(task)?.title ?? "") : taskWord(task)}
			</p>
			{isOpen && (
				<div className="px-4">
					<ProgressBar progress={progress} label={task.title} />
				</div>
			)}
			<div className="grid gap-3 px-4 pt-2 pb-3">
				{task.error !== null && <ErrorNotice error={task.error} />}
				<TaskSteps task={task} />
			</div>
		</section>
	);
}
