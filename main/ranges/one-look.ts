/**
 * One look at a time for each thing, and one more for all that happened to it meanwhile. An engine in the hands of
 * a trainee can tell thousands of events a second; each may cost a question, and none may queue up.
 */
export class OneLook<T> {
	readonly #waiting = new Map<string, T | null>();
	readonly #merge: (first: T, second: T) => T;

	/** `merge` makes one of two that wait. */
	constructor(merge: (first: T, second: T) => T) {
		this.#merge = merge;
	}

	/** Resolves when the look is done; at once when another one will see to it. */
	async run(key: string, what: T, look: (what: T) => Promise<void>): Promise<void> {
		const waiting = this.#waiting.get(key);
		if (waiting !== undefined) {
			this.#waiting.set(key, waiting === null ? what : this.#merge(waiting, what));
			return;
		}
		try {
			let next: T | null = what;
			while (next !== null) {
				this.#waiting.set(key, null);
				await look(next);
				next = this.#waiting.get(key) ?? null;
			}
		} finally {
			this.#waiting.delete(key);
		}
	}
}
