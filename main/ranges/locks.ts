import { HomerangeError } from "../../contract/errors.ts";
import type { TaskKind } from "../../contract/tasks.ts";
import type { TaskRun, Tasks } from "../tasks/tasks.ts";
import type { RangeRecord } from "./record.ts";

export interface OperationRequest {
	readonly kind: TaskKind;
	readonly title: string;
	readonly actor: string;
	readonly machine?: string;
	/** False for what is over in a moment and has no sense half-way. */
	readonly cancellable?: boolean;
}

/** One operation at a time acts on a range; only a destroy takes the place of another. */
export class OperationLocks {
	readonly #tasks: Tasks;
	readonly #current = new Map<string, { kind: TaskKind; taskId: string }>();

	constructor(tasks: Tasks) {
		this.#tasks = tasks;
	}

	taskOf(rangeId: string): string | null {
		return this.#current.get(rangeId)?.taskId ?? null;
	}

	isBusy(rangeId: string): boolean {
		return this.#current.has(rangeId);
	}

	/** Errors: `RANGE_BUSY`. */
	begin(range: RangeRecord, request: OperationRequest, run: (task: TaskRun) => Promise<void>): { taskId: string } {
		const current = this.#current.get(range.id);
		if (current !== undefined) {
			throw new HomerangeError("RANGE_BUSY", `Another operation (${current.kind}) acts on ${range.name}.`, {
				remedy: "Wait for it to end or cancel it; a destroy is always possible.",
				place: range.name,
			});
		}
		return this.#start(range, request, run);
	}

	/** Begins in the place of what acts on the range: that is cancelled and awaited first. A destroy is joined. */
	beginDestroy(range: RangeRecord, actor: string, run: (task: TaskRun) => Promise<void>): { taskId: string } {
		const current = this.#current.get(range.id);
		if (current?.kind === "destroy") return { taskId: current.taskId };
		const request = { kind: "destroy" as const, title: `Destroy ${range.name}`, actor, cancellable: false };
		return this.#start(range, request, async (task) => {
			if (current !== undefined) {
				const other = this.#tasks.get(current.taskId);
				if (other.cancellable) this.#tasks.cancel(other.id);
				await this.#tasks.whenEnded(other.id);
			}
			await run(task);
		});
	}

	#start(range: RangeRecord, request: OperationRequest, run: (task: TaskRun) => Promise<void>): { taskId: string } {
		const { kind, title, actor, machine = null, cancellable = true } = request;
		const own = { kind, taskId: "" };
		const previous = this.#current.get(range.id);
		this.#current.set(range.id, own);
		const end = () => {
			if (this.#current.get(range.id) === own) this.#current.delete(range.id);
		};
		try {
			const who = { rangeId: range.id, rangeName: range.name, machine };
			const task = this.#tasks.start({ kind, title, actor, ...who, cancellable }, async (task) => {
				own.taskId = task.id;
				await run(task).finally(end);
			});
			return { taskId: task.id };
		} catch (error) {
			end();
			if (previous !== undefined) this.#current.set(range.id, previous);
			throw error;
		}
	}
}
