import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { Task } from "../../contract/tasks.ts";
import type { EngineClient } from "../rpc/client.ts";
import { say } from "./terminal/print.ts";
import { type ProgressView, progressView } from "./terminal/progress.ts";

/**
 * Shows the tasks until all have ended and gives them in their order. The first
 * Ctrl-C asks the engine to cancel them and waits until they are undone; the
 * second leaves them to the engine.
 */
export async function followTasks(
	client: EngineClient,
	ids: readonly string[],
	view: ProgressView = progressView(),
): Promise<Task[]> {
	const ended = new Map<string, Task>();
	const leave = new AbortController();
	const release = onInterrupt((count) => {
		if (count > 1) return leave.abort();
		say("Cancelling; press Ctrl-C again to leave it to the engine.");
		void cancelAll(client, ids, ended);
	});
	try {
		for await (const change of await client.api.changes.watch({}, { signal: leave.signal })) {
			const changed = change.kind === "snapshot" ? change.tasks : change.kind === "task" ? [change.task] : [];
			for (const task of changed) {
				if (!ids.includes(task.id)) continue;
				view.update(task);
				if (task.endedAt !== null) ended.set(task.id, task);
			}
			if (ids.every((id) => ended.has(id))) break;
		}
	} catch (error) {
		if (leave.signal.aborted) {
			throw new HomerangeError("CANCELLED", "The engine goes on with it.", {
				remedy: "Follow it with `homerange tasks`.",
			});
		}
		throw error;
	} finally {
		release();
		view.end();
	}
	if (!ids.every((id) => ended.has(id))) {
		throw new HomerangeError("INTERRUPTED", "The engine ended before the operation did.", {
			remedy: "Run `homerange list`: the next engine shows what became of it.",
		});
	}
	return ids.map((id) => ended.get(id)).filter((task) => task !== undefined);
}

/** The error of the first task that did not end well; null when all did. */
export function firstFailure(tasks: readonly Task[]): HomerangeError | null {
	const failed = tasks.find((task) => task.state !== "done");
	if (failed === undefined) return null;
	if (failed.state === "cancelled") {
		// Only what makes something is undone: whatever else acts on a range leaves it as far as it came.
		const isUndone = failed.kind === "deploy" || failed.kind === "snapshot";
		const message = isUndone ? "everything was undone" : "what was done until then stays done";
		return new HomerangeError("CANCELLED", `Cancelled; ${message}.`);
	}
	if (failed.error !== null) return HomerangeError.fromInfo(failed.error);
	return new HomerangeError("INTERNAL", `The operation ended as ${failed.state}.`);
}

/** Throws the error of the first task that did not end well. */
export function throwIfFailed(tasks: readonly Task[]): void {
	const failure = firstFailure(tasks);
	if (failure !== null) throw failure;
}

async function cancelAll(client: EngineClient, ids: readonly string[], ended: Map<string, Task>): Promise<void> {
	for (const taskId of ids.filter((id) => !ended.has(id))) {
		try {
			await client.api.tasks.cancel({ taskId });
		} catch (error) {
			say(toErrorInfo(error).message);
		}
	}
}

/** Counts Ctrl-C and SIGTERM until released. */
function onInterrupt(listener: (count: number) => void): () => void {
	let count = 0;
	const heard = () => listener(++count);
	process.on("SIGINT", heard).on("SIGTERM", heard);
	return () => {
		process.off("SIGINT", heard).off("SIGTERM", heard);
	};
}
