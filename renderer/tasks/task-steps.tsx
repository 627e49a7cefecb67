import type { Task, TaskStep } from "../../contract/tasks.ts";
import { ProgressBar } from "../components/progress-bar.tsx";
import { StateGlyph } from "../components/state-mark.tsx";
import { stepMarks } from "../components/states.ts";
import { formatProgress } from "../format/bytes.ts";
import { classes } from "../format/join.ts";
import { formatDuration } from "../format/time.ts";
import { useNow } from "../hooks/use-now.ts";
import { strings } from "../strings.ts";
import { chooseSteps, stepDuration } from "./task-summary.ts";

const mostSteps = 24;

/** The steps of a task: what is done, what runs with its bytes, what comes. */
export function TaskSteps({ task }: { task: Task }) {
	const now = useNow(500);
	const view = chooseSteps(task.steps, mostSteps);
	return (
		<div>
			{view.hiddenDone > 0 && <p className="pl-5 text-sm text-faint">{strings.tasks.hiddenDone(view.hiddenDone)}</p>}
			<ol aria-label={strings.tasks.steps} className="grid">
				{view.shown.map((step) => (
					<Step key={step.id} step={step} now={now} />
				))}
			</ol>
			{view.hiddenWaiting > 0 && (
				<p className="pl-5 text-sm text-faint">{strings.tasks.hiddenWaiting(view.hiddenWaiting)}</p>
			)}
		</div>
	);
}

function Step({ step, now }: { step: TaskStep; now: number }) {
	const duration = stepDuration(step, now);
	const isRunning = step.state === "running";
	const note = [isRunning && step.progress !== null ? formatProgress(step.progress) : null, step.note]
		.filter((part) => part !== null && part !== "")
		.join(" · ");
	return (
		<li
			className={classes(
				"grid grid-cols-[12px_minmax(0,1fr)_auto] items-center gap-x-2",
				(step.state === "waiting" || step.state === "undone") && "text-faint",
			)}
		>
			<StateGlyph mark={stepMarks[step.state]} />
			<span className="truncate">
				<span className="sr-only">{strings.stepStates[step.state]}: </span>
				<span className={classes(step.state === "undone" && "line-through")}>{step.title}</span>
				{note !== "" && (
					<span className={classes("ml-2 text-sm", step.state === "failed" ? "text-bad" : "text-faint")} title={note}>
						{note}
					</span>
				)}
			</span>
			<span className="text-sm text-faint">{duration === null ? "" : formatDuration(duration)}</span>
			{isRunning && step.progress !== null && (
				<span className="col-span-2 col-start-2 pb-1">
					<ProgressBar progress={step.progress} label={step.title} />
				</span>
			)}
		</li>
	);
}
