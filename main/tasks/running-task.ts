import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { Progress, Task, TaskState, TaskStep } from "../../contract/tasks.ts";
import type { Logger } from "../log.ts";
import type { TaskRequest, TaskRun } from "./tasks.ts";
import { Throttle } from "./throttle.ts";

/** Bytes move faster than anybody reads: watchers hear of a task at most so often, the database less. */
const publishEveryMs = 100;
const saveEveryMs = 1000;
const noteLimit = 500;

interface Outlets {
	save(task: Task, steps: readonly TaskStep[]): void;
	publish(task: Task): void;
	log: Logger;
}

/** One operation while it runs: its state in memory, told and written at a bounded rate. */
export class RunningTask implements TaskRun {
	readonly id: string;
	readonly cancellable: boolean;
	/** Resolves with the final state; never rejects. */
	readonly ended: Promise<Task>;
	readonly #task: Task;
	readonly #abort = new AbortController();
	readonly #outlets: Outlets;
	readonly #unsaved = new Set<TaskStep>();
	readonly #publish: Throttle;
	readonly #save: Throttle;
	#end: (task: Task) => void;

	constructor(id: string, request: TaskRequest, outlets: Outlets) {
		this.id = id;
		this.cancellable = request.cancellable ?? true;
		const { promise, resolve } = Promise.withResolvers<Task>();
		this.ended = promise;
		this.#end = resolve;
		this.#outlets = outlets;
		const { kind, title, actor, rangeId, rangeName, machine } = request;
		this.#task = {
			id,
			kind,
			title,
			state: "running",
			actor,
			rangeId,
			rangeName,
			machine,
			steps: [],
			error: null,
			cancellable: this.cancellable,
			cancelRequested: false,
			createdAt: new Date().toISOString(),
			endedAt: null,
		};
		this.#publish = new Throttle(publishEveryMs, () => outlets.publish(this.snapshot()));
		this.#save = new Throttle(saveEveryMs, () => this.#writeOrRetry());
		this.#write();
		outlets.publish(this.snapshot());
	}

	get signal(): AbortSignal {
		return this.#abort.signal;
	}

	async run(work: (task: TaskRun) => Promise<void>): Promise<void> {
		try {
			await work(this);
			this.#finish("done", null);
		} catch (error) {
			const cancelled = this.signal.aborted && !isOwnFailure(error);
			if (!cancelled && !(error instanceof HomerangeError)) {
				this.#outlets.log.error({ error, task: this.id }, "a task failed in a way that nobody foresaw");
			}
			this.#finish(cancelled ? this.#stateAfterAbort() : "failed", toErrorInfo(cancelled ? this.signal.reason : error));
		}
	}

	cancel(reason: HomerangeError): void {
		if (this.#task.cancelRequested || this.#task.endedAt !== null) return;
		this.#task.cancelRequested = true;
		this.#abort.abort(reason);
		this.#changed();
	}

	plan(steps: { id: string; title: string }[]): void {
		for (const { id, title } of steps) {
			if (this.#task.steps.some((step) => step.id === id)) continue;
			const step: TaskStep = {
				id,
				title,
				state: "waiting",
				note: null,
				progress: null,
				startedAt: null,
				endedAt: null,
			};
			this.#task.steps.push(step);
			this.#unsaved.add(step);
		}
		this.#changed();
	}

	start(step: string): void {
		this.#change(step, { state: "running", note: null, startedAt: new Date().toISOString(), endedAt: null });
	}

	progress(step: string, progress: Progress | null, note?: string): void {
		this.#change(step, note === undefined ? { progress } : { progress, note });
	}

	done(step: string, note?: string): void {
		this.#conclude(step, "done", note ?? null);
	}

	skip(step: string, note: string): void {
		this.#conclude(step, "skipped", note);
	}

	fail(step: string, note: string): void {
		this.#conclude(step, "failed", note);
	}

	undone(step: string): void {
		this.#conclude(step, "undone", null);
	}

	/** A copy that later changes do not touch. */
	snapshot(): Task {
		return { ...this.#task, steps: this.#task.steps.map((step) => ({ ...step })) };
	}

	#conclude(step: string, state: TaskStep["state"], note: string | null): void {
		this.#change(step, { state, note, endedAt: new Date().toISOString() });
	}

	#change(id: string, patch: Partial<TaskStep>): void {
		const step = this.#task.steps.find((candidate) => candidate.id === id);
		if (step === undefined) throw new Error(`task ${this.id} has no step ${id}`);
		Object.assign(step, patch);
		step.note = step.note?.slice(0, noteLimit) ?? null;
		this.#unsaved.add(step);
		this.#changed();
	}

	#changed(): void {
		this.#publish.soon();
		this.#save.soon();
	}

	#stateAfterAbort(): TaskState {
		const { reason } = this.signal;
		return reason instanceof HomerangeError && reason.code === "INTERRUPTED" ? "interrupted" : "cancelled";
	}

	#finish(state: TaskState, error: Task["error"]): void {
		Object.assign(this.#task, { state, error, cancellable: false, endedAt: new Date().toISOString() });
		this.#publish.close();
		this.#save.close();
		this.#writeOrRetry();
		this.#outlets.publish(this.snapshot());
		this.#end(this.snapshot());
	}

	/** A full disk must not fail an operation whose work went well: the next write brings what this one could not. */
	#writeOrRetry(): void {
		try {
			this.#write();
		} catch (error) {
			this.#outlets.log.error({ error, task: this.id }, "a task's state could not be written");
		}
	}

	#write(): void {
		this.#outlets.save(this.#task, [...this.#unsaved]);
		this.#unsaved.clear();
	}
}

/** After an abort most errors are its echo; one that names another cause is a failure of its own. */
function isOwnFailure(error: unknown): boolean {
	return error instanceof HomerangeError && error.code !== "CANCELLED" && error.code !== "INTERRUPTED";
}
