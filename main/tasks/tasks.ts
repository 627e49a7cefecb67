import { HomerangeError } from "../../contract/errors.ts";
import type { Progress, Task, TaskKind } from "../../contract/tasks.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { newId } from "../db/new-id.ts";
import type { Database } from "../db/open.ts";
import type { Logger } from "../log.ts";
import { RunningTask } from "./running-task.ts";
import { TaskStore } from "./task-store.ts";

/** What the code of a long operation tells about itself. */
export interface TaskRun {
	readonly id: string;
	/** Aborts when somebody asks for a cancel, or when the engine ends. */
	readonly signal: AbortSignal;
	/** Names the steps; calling it again adds those that are new. */
	plan(steps: { id: string; title: string }[]): void;
	start(step: string): void;
	progress(step: string, progress: Progress | null, note?: string): void;
	done(step: string, note?: string): void;
	skip(step: string, note: string): void;
	fail(step: string, note: string): void;
	undone(step: string): void;
}

export interface TaskRequest {
	kind: TaskKind;
	title: string;
	actor: string;
	rangeId: string | null;
	rangeName: string | null;
	machine: string | null;
	/** False for what cannot be stopped half-way; default true. */
	cancellable?: boolean;
}

const keptTasks = 500;
const listedTasks = 200;
const closeLimitMs = 20_000;

/**
 * All long operations: running ones in memory, every one in the database. A
 * task ends `done`, `failed` with its error, or `cancelled`; one whose engine
 * died is `interrupted`.
 */
export class Tasks {
	readonly #store: TaskStore;
	readonly #changes: ChangeBus;
	readonly #log: Logger;
	readonly #running = new Map<string, RunningTask>();
	readonly #idle = new Set<() => void>();
	#closing = false;

	constructor(db: Database, changes: ChangeBus, log: Logger) {
		this.#store = new TaskStore(db);
		this.#changes = changes;
		this.#log = log;
	}

	/** Starts the operation, which runs on after this returns. */
	start(request: TaskRequest, run: (task: TaskRun) => Promise<void>): Task {
		if (this.#closing) throw new HomerangeError("STATE_CONFLICT", "The engine is ending and takes no new work.");
		const running = new RunningTask(newId(), request, {
			save: (task, steps) => this.#store.save(task, steps),
			publish: (task) => this.#changes.publish({ kind: "task", task }),
			log: this.#log,
		});
		this.#running.set(running.id, running);
		void running.run(run).then(() => {
			this.#running.delete(running.id);
			if (this.#running.size === 0) for (const listener of this.#idle) listener();
		});
		return running.snapshot();
	}

	/** Asks for a cancel. A task that ended is given as it is; one that cannot stop half-way is refused. */
	cancel(id: string): Task {
		const running = this.#running.get(id);
		if (running === undefined) return this.get(id);
		if (!running.cancellable) {
			throw new HomerangeError("STATE_CONFLICT", "This operation cannot be stopped half-way.", {
				remedy: "Wait for it to end.",
			});
		}
		running.cancel(new HomerangeError("CANCELLED", "The operation was cancelled."));
		return running.snapshot();
	}

	get(id: string): Task {
		const task = this.#running.get(id)?.snapshot() ?? this.#store.get(id);
		if (task === null) {
			throw new HomerangeError("TASK_NOT_FOUND", `There is no task ${id}.`, {
				remedy: "List the tasks to see their ids.",
			});
		}
		return task;
	}

	/** The newest first. */
	list(): Task[] {
		return this.#store.list(listedTasks).map((task) => this.#running.get(task.id)?.snapshot() ?? task);
	}

	running(): Task[] {
		return [...this.#running.values()].map((running) => running.snapshot());
	}

	/** Resolves with the ended task, whatever its end. */
	async whenEnded(id: string): Promise<Task> {
		return (await this.#running.get(id)?.ended) ?? this.get(id);
	}

	/** Calls back whenever the last running task ends. */
	onIdle(listener: () => void): () => void {
		this.#idle.add(listener);
		return () => this.#idle.delete(listener);
	}

	/** Forgets the tasks that ended; gives their number. */
	clear(): number {
		const removed = this.#store.removeEnded();
		for (const taskId of removed) this.#changes.publish({ kind: "taskGone", taskId });
		return removed.length;
	}

	/** At start-up: what the database calls running died with its engine. Gives those tasks. */
	markInterrupted(): Task[] {
		this.#store.prune(keptTasks);
		const now = new Date().toISOString();
		const dead = this.#store.unfinished().filter((task) => !this.#running.has(task.id));
		return dead.map((task) => {
			const steps = task.steps.map((step) =>
				step.state === "running" ? { ...step, state: "failed" as const, note: "interrupted", endedAt: now } : step,
			);
			const error = new HomerangeError("INTERRUPTED", "The engine ended before the operation did.", {
				remedy: task.rangeName === null ? null : "Continue or destroy the range.",
			}).toInfo();
			const interrupted: Task = { ...task, steps, state: "interrupted", error, endedAt: now };
			this.#store.save(interrupted, interrupted.steps);
			return interrupted;
		});
	}

	/** Takes no new task from now on; those that run go on. */
	stopAccepting(): void {
		this.#closing = true;
	}

	/**
	 * Stops what runs and waits for it, up to a limit; what does not end by then
	 * is found and marked interrupted by the next engine.
	 */
	async close(limitMs = closeLimitMs): Promise<void> {
		this.stopAccepting();
		const all = [...this.#running.values()];
		for (const running of all) {
			if (running.cancellable) running.cancel(new HomerangeError("INTERRUPTED", "The engine is ending."));
		}
		const { promise: limit, resolve } = Promise.withResolvers<void>();
		const timer = setTimeout(resolve, limitMs);
		await Promise.race([Promise.all(all.map((running) => running.ended)), limit]);
		clearTimeout(timer);
	}
}
