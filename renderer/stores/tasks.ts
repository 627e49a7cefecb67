import { create } from "zustand";
import type { Change } from "../../contract/changes.ts";
import type { Task } from "../../contract/tasks.ts";
import { share } from "./share.ts";

export interface TasksState {
	/** Newest first. */
	list: readonly Task[];
}

export const initialTasks: TasksState = { list: [] };

/** Pure: the tasks after these changes. */
export function reduceTasks(state: TasksState, changes: readonly Change[]): TasksState {
	const before = new Map(state.list.map((task) => [task.id, task]));
	const after = new Map(before);
	for (const change of changes) {
		if (change.kind === "snapshot") {
			after.clear();
			for (const task of change.tasks) after.set(task.id, shared(before, task));
		} else if (change.kind === "task") {
			after.set(change.task.id, shared(before, change.task));
		} else if (change.kind === "taskGone") {
			after.delete(change.taskId);
		}
	}
	const list = share(
		state.list,
		[...after.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id)),
	);
	return list === state.list ? state : { list };
}

function shared(before: ReadonlyMap<string, Task>, task: Task): Task {
	const previous = before.get(task.id);
	return previous === undefined ? task : share(previous, task);
}

export const isTaskOpen = (task: Task): boolean => task.state === "queued" || task.state === "running";

export const useTasks = create<TasksState>(() => initialTasks);

export function useTask(id: string | null): Task | null {
	return useTasks((state) => (id === null ? null : (state.list.find((task) => task.id === id) ?? null)));
}

/** How many tasks are under way. */
export const useOpenTaskCount = (): number => useTasks((state) => state.list.filter(isTaskOpen).length);
