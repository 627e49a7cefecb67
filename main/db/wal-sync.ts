import { type FileHandle, open } from "node:fs/promises";

/** Longest time that a commit stays only in the operating system's memory. */
const delayMs = 100;

/**
 * Makes SQLite's commits durable without stalling the event loop: the
 * write-ahead log is synced on the thread pool, once for all commits so far.
 * Recovery reads the log up to its last whole commit, so a synced log is all
 * that a power cut has to leave.
 */
export class WalSync {
	readonly #path: string;
	#timer: NodeJS.Timeout | null = null;
	#running: Promise<void> | null = null;
	#closed = false;

	constructor(path: string) {
		this.#path = path;
	}

	/** Syncs within a moment; a failure is met again, and reported, by the next `now`. */
	soon(): void {
		if (this.#timer !== null || this.#closed) return;
		this.#timer = setTimeout(() => {
			this.#timer = null;
			void this.now().catch(() => undefined);
		}, delayMs);
		this.#timer.unref();
	}

	async now(): Promise<void> {
		// A sync that runs already may have begun before the caller's last commit.
		while (this.#running !== null) await this.#running.catch(() => undefined);
		this.#running = this.#sync().finally(() => {
			this.#running = null;
		});
		await this.#running;
	}

	async #sync(): Promise<void> {
		let log: FileHandle;
		try {
			log = await open(this.#path, "r+");
		} catch (error) {
			// No log: SQLite has moved everything into the database, with a sync of its own.
			if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
			throw error;
		}
		try {
			await log.datasync();
		} finally {
			await log.close();
		}
	}

	close(): void {
		this.#closed = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}
}
