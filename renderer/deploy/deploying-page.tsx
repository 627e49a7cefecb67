import { useEffect, useMemo } from "react";
import { useParams } from "react-router";
import type { Task } from "../../contract/tasks.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { isTaskOpen, useTasks } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { TaskPanel } from "../tasks/task-panel.tsx";

/** The deploys that were just started, with their steps. A single one that is done gives way to its range's page. */
export function DeployingPage() {
	const { ids = "" } = useParams();
	const wanted = useMemo(() => ids.split(",").map(decodeURIComponent), [ids]);
	const all = useTasks((state) => state.list);
	const tasks = wanted.flatMap((id) => all.find((task) => task.id === id) ?? []);
	const only = wanted.length === 1 ? (tasks[0] ?? null) : null;
	const doneRange = only?.state === "done" ? only.rangeId : null;

	useEffect(() => {
		if (doneRange !== null) navigateTo(paths.range(doneRange));
	}, [doneRange]);

	return (
		<Page
			title={strings.deploy.progressTitle}
			name={strings.deploy.progressTitle}
			lead={
				<span role="status" className="text-sm text-muted">
					{strings.deploy.progress(tasks.filter((task) => !isTaskOpen(task)).length, wanted.length)}
				</span>
			}
			actions={
				<>
					<Button onClick={() => navigateTo(paths.deploy)}>{strings.deploy.another}</Button>
					<Button onClick={() => navigateTo(paths.ranges)}>{strings.places.ranges}</Button>
				</>
			}
		>
			<div className="grid max-w-220 gap-4">
				{tasks.map((task) => (
					<Deploying key={task.id} task={task} />
				))}
			</div>
		</Page>
	);
}

function Deploying({ task }: { task: Task }) {
	const { rangeId } = task;
	return (
		<div className="grid gap-2">
			<TaskPanel task={task} />
			{task.state === "done" && rangeId !== null && (
				<div>
					<Button onClick={() => navigateTo(paths.range(rangeId))}>{strings.tasks.openRange}</Button>
				</div>
			)}
			{(task.state === "failed" || task.state === "cancelled") && (
				<p className="text-muted">{strings.deploy.nothingLeft}</p>
			)}
		</div>
	);
}
