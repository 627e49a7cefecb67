import type { Change } from "../../contract/changes.ts";

/** Runs a function once, soon; gives what takes it back. */
export type Schedule = (run: () => void) => () => void;

/**
 * One run per animation frame, so that a storm of changes costs one render a
 * frame. A hidden window draws no frames: there a slow timer takes their place.
 */
export const eachFrame: Schedule = (run) => {
	if (document.visibilityState === "hidden") {
		const timer = setTimeout(run, 250);
		return () => clearTimeout(timer);
	}
	const frame = requestAnimationFrame(run);
	// A window that is hidden before its frame comes must not keep the changes back.
	const timer = setTimeout(run, 500);
	return () => {
		cancelAnimationFrame(frame);
		clearTimeout(timer);
	};
};

/** What a change is about: a later change with the same key makes an earlier one void. */
function keyOf(change: Change): string | null {
	switch (change.kind) {
		case "range":
			return `range ${change.range.id}`;
		case "rangeGone":
			return `range ${change.rangeId}`;
		case "task":
			return `task ${change.task.id}`;
		case "taskGone":
			return `task ${change.taskId}`;
		case "vm":
			return `vm ${change.vm.uuid}`;
		case "vmGone":
			return `vm ${change.uuid}`;
		case "hypervisor":
		case "engine":
		case "settings":
		case "library":
			return change.kind;
		case "snapshot":
		case "event":
			return null;
	}
}

/** Collects changes and hands them over together, only the last of each object. */
export class ChangeQueue {
	readonly #apply: (changes: Change[]) => void;
	readonly #schedule: Schedule;
	#waiting: Change[] = [];
	#takeBack: (() => void) | null = null;

	constructor(apply: (changes: Change[]) => void, schedule: Schedule) {
		this.#apply = apply;
		this.#schedule = schedule;
	}

	push(change: Change): void {
		// A snapshot replaces everything that came before it.
		if (change.kind === "snapshot") this.#waiting = [];
		this.#waiting.push(change);
		this.#takeBack ??= this.#schedule(() => this.flush());
	}

	/** Hands over what waits, now. */
	flush(): void {
		this.#takeBack?.();
		this.#takeBack = null;
		const last = new Map<string, Change>();
		for (const change of this.#waiting) {
			const key = keyOf(change);
			if (key !== null) last.set(key, change);
		}
		const changes = this.#waiting.filter((change) => {
			const key = keyOf(change);
			return key === null || last.get(key) === change;
		});
		this.#waiting = [];
		if (changes.length > 0) this.#apply(changes);
	}
}
