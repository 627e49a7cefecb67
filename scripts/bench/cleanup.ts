/** Undoes what the benches made, the newest first. Each part is undone once, at its bench's end or at Ctrl-C. */
export class Cleanup {
	readonly #parts = new Map<symbol, { what: string; undo: () => Promise<void> }>();

	/** Register before the thing is made: an undo must bear that it is not there. Gives the way to undo it now. */
	add(what: string, undo: () => Promise<void>): () => Promise<void> {
		const key = Symbol(what);
		this.#parts.set(key, { what, undo });
		return async () => {
			// It stays registered while it fails, so that the end of the run tries again.
			await undo();
			this.#parts.delete(key);
		};
	}

	/** Undoes what is left; gives what could not be undone. */
	async run(): Promise<string[]> {
		const failures: string[] = [];
		for (const [key, { what, undo }] of [...this.#parts].reverse()) {
			this.#parts.delete(key);
			try {
				await undo();
			} catch (error) {
				failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
			}
		}
		return failures;
	}
}
