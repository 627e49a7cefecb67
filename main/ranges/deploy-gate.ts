/**
 * How many ranges are deployed at once. Each deploy boots an engine and starts machines, so more than the host's
 * processors can work on only makes all of them slow, and the first one of twenty is ready last. The others wait in
 * the order in which they came.
 */
export class DeployGate {
	readonly #most: () => number;
	readonly #waiting: (() => void)[] = [];
	#inside = 0;

	/** `most` is asked each time: the engine, and with it the machine, can become another one. */
	constructor(most: () => number) {
		this.#most = most;
	}

	/** How many wait. */
	get waiting(): number {
		return this.#waiting.length;
	}

	/** Waits for a place and gives it; call what it gives to leave. Rejects when the signal aborts while it waits. */
	async enter(signal: AbortSignal): Promise<() => void> {
		signal.throwIfAborted();
		if (this.#inside >= this.#most() || this.#waiting.length > 0) await this.#turn(signal);
		else this.#inside++;
		let isInside = true;
		return () => {
			if (!isInside) return;
			isInside = false;
			this.#inside--;
			this.#letIn();
		};
	}

	async #turn(signal: AbortSignal): Promise<void> {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const enter = () => resolve();
		const give = () => {
			const place = this.#waiting.indexOf(enter);
			// Let in already: then the work itself hears of the cancel.
			if (place === -1) return;
			this.#waiting.splice(place, 1);
			reject(signal.reason);
		};
		this.#waiting.push(enter);
		signal.addEventListener("abort", give, { once: true });
		try {
			await promise;
		} finally {
			signal.removeEventListener("abort", give);
		}
	}

	#letIn(): void {
		while (this.#inside < this.#most()) {
			const next = this.#waiting.shift();
			if (next === undefined) return;
			this.#inside++;
			next();
		}
	}
}
