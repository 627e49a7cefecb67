import type { Task, TaskStep } from "../../contract/tasks.ts";
import { desc, eq, inArray, sql } from "../db/drizzle.cjs";
import type { Database, Orm } from "../db/open.ts";
import { taskSteps, tasks } from "../db/schema.ts";

type TaskRow = typeof tasks.$inferSelect;
const ended = ["done", "failed", "cancelled", "interrupted"] as const;

/** Tasks as rows: the newest first, with their steps. */
export class TaskStore {
	readonly #db: Database;

	constructor(db: Database) {
		this.#db = db;
	}

	/** Writes the task and the given steps (all of them when the plan changed). */
	save(task: Task, steps: readonly TaskStep[]): void {
		this.#db.write((orm) => {
			const row = toRow(task);
			orm.insert(tasks).values(row).onConflictDoUpdate({ target: tasks.id, set: row }).run();
			for (const step of steps) saveStep(orm, task.id, task.steps.indexOf(step), step);
		});
	}

	get(id: string): Task | null {
		const row = this.#db.orm.select().from(tasks).where(eq(tasks.id, id)).get();
		return row === undefined ? null : (this.#withSteps([row])[0] ?? null);
	}

	list(limit: number): Task[] {
		return this.#withSteps(
			this.#db.orm.select().from(tasks).orderBy(desc(tasks.createdAt), desc(sql`rowid`)).limit(limit).all(),
		);
	}

	unfinished(): Task[] {
		return this.#withSteps(
			this.#db.orm
				.select()
				.from(tasks)
				.where(inArray(tasks.state, ["queued", "running"]))
				.all(),
		);
	}

	/** Forgets the tasks that ended; gives their ids. */
	removeEnded(): string[] {
		return this.#db
			.write((orm) =>
				orm
					.delete(tasks)
					.where(inArray(tasks.state, [...ended]))
					.returning({ id: tasks.id })
					.all(),
			)
			.map((row) => row.id);
	}

	/** Forgets the oldest ended tasks beyond the bound. */
	prune(keep: number): void {
		this.#db.write((orm) => {
			const old = orm
				.select({ id: tasks.id })
				.from(tasks)
				.where(inArray(tasks.state, [...ended]))
				.orderBy(desc(tasks.createdAt))
				.limit(Number.MAX_SAFE_INTEGER)
				.offset(keep)
				.all();
			for (const { id } of old) orm.delete(tasks).where(eq(tasks.id, id)).run();
		});
	}

	#withSteps(rows: TaskRow[]): Task[] {
		const ids = rows.map((row) => row.id);
		const steps = this.#db.orm
			.select()
			.from(taskSteps)
			.where(inArray(taskSteps.taskId, ids))
			.orderBy(taskSteps.position)
			.all();
		const byTask = Map.groupBy(steps, (step) => step.taskId);
		return rows.map((row) => ({
			...row,
			steps: (byTask.get(row.id) ?? []).map(({ taskId: _, position: __, ...step }) => step),
			cancellable: false,
		}));
	}
}

function toRow(task: Task): TaskRow {
	const { steps: _, cancellable: __, ...row } = task;
	return row;
}

function saveStep(orm: Orm, taskId: string, position: number, step: TaskStep): void {
	const row = { taskId, position, ...step };
	orm
		.insert(taskSteps)
		.values(row)
		.onConflictDoUpdate({ target: [taskSteps.taskId, taskSteps.id], set: row })
		.run();
}
