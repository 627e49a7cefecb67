/** Runs an action at once, and again at most once per interval while it is asked for. */
export class Throttle {
	readonly #intervalMs: number;
	readonly #action: () => void;
	#timer: NodeJS.Timeout | null = null;
	#again = false;
	#closed = false;

	constructor(intervalMs: number, action: () => void) {
		this.#intervalMs = intervalMs;
		this.#action = action;
	}

	soon(): void {
		if (this.#closed) return;
		if (this.#timer !== null) {
			this.#again = true;
			return;
		}
		this.#timer = setTimeout(() => {
			this.#timer = null;
			if (!this.#again) return;
			this.#again = false;
			this.soon();
		}, this.#intervalMs);
		this.#action();
	}

	close(): void {
		this.#closed = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}
}
