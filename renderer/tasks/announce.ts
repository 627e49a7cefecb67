import { toast } from "sonner";
import type { Task, TaskKind } from "../../contract/tasks.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { showTab, tasksTab } from "../stores/consoles.ts";
import { openDock } from "../stores/layout.ts";
import { isTaskOpen, useTasks } from "../stores/tasks.ts";
import { strings } from "../strings.ts";

/** Pure: the tasks that ended between two states of the store, told once each. */
export function endedBetween(before: readonly Task[], after: readonly Task[]): Task[] {
	const open = new Set(before.filter(isTaskOpen).map((task) => task.id));
	return after.filter((task) => open.has(task.id) && !isTaskOpen(task));
}

/** What a person waits for on another page: a deploy is told in words of its own. */
const told: ReadonlySet<TaskKind> = new Set([
	"snapshot",
	"restore",
	"revert",
	"clone",
	"pull",
	"import",
	"export",
	"build",
	"prune",
	"bundle",
]);

/** Tells of what ended: every failure, and what somebody waits for. The rest is seen in its state. */
export function announceTasks(): void {
	useTasks.subscribe((after, before) => {
		for (const task of endedBetween(before.list, after.list)) announce(task);
	});
}

function announce(task: Task): void {
	if (task.state === "failed" || task.state === "interrupted") {
		toast.error(strings.tasks.failed(task.title), {
			description: task.error?.message,
			duration: 10_000,
			action: { label: strings.tasks.show, onClick: showTasks },
		});
	} else if (task.state === "done" && task.kind === "deploy" && task.rangeId !== null) {
		const { rangeId } = task;
		toast.success(strings.tasks.deployed(task.rangeName ?? ""), {
			action: { label: strings.common.open, onClick: () => navigateTo(paths.range(rangeId)) },
		});
	} else if (task.state === "done" && task.kind === "change") {
		// What a running guest did not take is seen nowhere else.
		const waiting = task.steps.flatMap(({ note }) => note ?? []);
		if (waiting.length > 0) toast.info(strings.tasks.done(task.title), { description: waiting.join(" ") });
	} else if (task.state === "done" && told.has(task.kind)) {
		toast.success(strings.tasks.done(task.title));
	}
}

/** Opens the dock on its tasks. */
export function showTasks(): void {
	openDock();
	showTab(tasksTab);
}
