import type { Change } from "../../contract/changes.ts";

/** Events that may wait for one slow reader; beyond that the oldest are dropped (they stay in the database). */
const eventBacklog = 1000;

/**
 * Carries every change to every watcher. A watcher that reads slowly gets, for
 * each object, its newest state: what it has not read yet is merged by object,
 * so its queue is bounded by the number of objects and no final state is lost.
 */
export class ChangeBus {
	readonly #queues = new Set<ChangeQueue>();

	publish(change: Change): void {
		for (const queue of this.#queues) queue.push(change);
	}

	/** Listens from this call on, even before the first read; ends when the signal aborts. */
	subscribe(signal: AbortSignal): AsyncIterableIterator<Change> {
		const queue = new ChangeQueue(() => this.#queues.delete(queue));
		if (signal.aborted) queue.close();
		else {
			this.#queues.add(queue);
			signal.addEventListener("abort", () => queue.close(), { once: true });
		}
		return queue;
	}

	get watchers(): number {
		return this.#queues.size;
	}

	/** Ends every watcher's stream. */
	close(): void {
		for (const queue of this.#queues) queue.close();
	}
}

class ChangeQueue implements AsyncIterableIterator<Change> {
	readonly #waiting = new Map<string, Change>();
	readonly #onClose: () => void;
	#events = 0;
	#reader: ((result: IteratorResult<Change>) => void) | null = null;
	#closed = false;

	constructor(onClose: () => void) {
		this.#onClose = onClose;
	}

	push(change: Change): void {
		if (this.#closed) return;
		if (this.#reader !== null) {
			const reader = this.#reader;
			this.#reader = null;
			reader({ done: false, value: change });
			return;
		}
		// A merged change keeps its place, so that one busy object cannot starve behind the others.
		this.#waiting.set(keyOf(change), change);
		if (change.kind === "event" && ++this.#events > eventBacklog) this.#dropOldestEvent();
	}

	next(): Promise<IteratorResult<Change>> {
		const first = this.#waiting.entries().next();
		if (!first.done) {
			const [key, value] = first.value;
			this.#waiting.delete(key);
			if (value.kind === "event") this.#events--;
			return Promise.resolve({ done: false, value });
		}
		if (this.#closed) return Promise.resolve({ done: true, value: undefined });
		return new Promise((resolve) => {
			this.#reader = resolve;
		});
	}

	return(): Promise<IteratorResult<Change>> {
		this.close();
		this.#waiting.clear();
		return Promise.resolve({ done: true, value: undefined });
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#onClose();
		this.#reader?.({ done: true, value: undefined });
		this.#reader = null;
	}

	#dropOldestEvent(): void {
		for (const [key, change] of this.#waiting) {
			if (change.kind !== "event") continue;
			this.#waiting.delete(key);
			this.#events--;
			return;
		}
	}
}

/** Changes with one key replace each other. */
function keyOf(change: Change): string {
	switch (change.kind) {
		case "range":
			return `range:${change.range.id}`;
		case "rangeGone":
			return `range:${change.rangeId}`;
		case "task":
			return `task:${change.task.id}`;
		case "taskGone":
			return `task:${change.taskId}`;
		case "event":
			return `event:${change.event.id}`;
		case "vm":
			return `vm:${change.vm.uuid}`;
		case "vmGone":
			return `vm:${change.uuid}`;
		case "hypervisor":
		case "engine":
		case "settings":
		case "library":
		case "snapshot":
			return change.kind;
	}
}
