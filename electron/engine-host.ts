import { setTimeout as delay } from "node:timers/promises";
import { HomerangeError, toErrorInfo } from "../contract/errors.ts";
import type { EngineStart } from "../contract/shell.ts";

/** How to start an engine, and how to ask the one that holds the data folder to end. */
export interface EngineSource<E> {
	/** Rejects with `ENGINE_LOCKED` while another engine holds the data folder. */
	start(): Promise<E>;
	/** Asks for the data folder; gives the titles of the tasks that are still awaited. */
	requestHandOver(): Promise<string[]>;
}

/**
 * The app's engine: started once, or again after a failure. A background engine
 * of the command line is asked to hand over and gets the time that its tasks need.
 */
export class EngineHost<E extends { close(): Promise<void> }> {
	readonly #source: EngineSource<E>;
	readonly #tell: (state: EngineStart) => void;
	readonly #pauseMs: number;
	readonly #closing = new AbortController();
	readonly #engine = Promise.withResolvers<E>();
	#starting: Promise<void> | null = null;
	#running: E | null = null;

	constructor(source: EngineSource<E>, tell: (state: EngineStart) => void, pauseMs = 500) {
		this.#source = source;
		this.#tell = tell;
		this.#pauseMs = pauseMs;
	}

	/** Starts the engine unless it starts or runs already. Failures are told, not thrown. */
	start(): Promise<void> {
		this.#starting ??= this.#run();
		return this.#starting;
	}

	/** The engine as soon as there is one. While a start has failed this waits for the next. */
	ready(): Promise<E> {
		return this.#engine.promise;
	}

	async close(): Promise<void> {
		this.#closing.abort();
		await this.#starting;
		await this.#running?.close();
	}

	async #run(): Promise<void> {
		this.#tell({ state: "starting" });
		try {
			this.#running = await this.#startWhenFree();
			this.#tell({ state: "ready" });
			this.#engine.resolve(this.#running);
		} catch (error) {
			this.#starting = null;
			if (!this.#closing.signal.aborted) this.#tell({ state: "failed", error: toErrorInfo(error) });
		}
	}

	async #startWhenFree(): Promise<E> {
		for (;;) {
			this.#closing.signal.throwIfAborted();
			try {
				return await this.#source.start();
			} catch (error) {
				if (!(error instanceof HomerangeError) || error.code !== "ENGINE_LOCKED") throw error;
			}
			this.#tell({ state: "waiting", tasks: await this.#awaitedTasks() });
			// The lock is the operating system's and has no event: it is tried again.
			await delay(this.#pauseMs, undefined, { signal: this.#closing.signal });
		}
	}

	async #awaitedTasks(): Promise<string[]> {
		try {
			return await this.#source.requestHandOver();
		} catch (error) {
			// It has just ended, or ended while it was asked: its socket goes before its lock.
			const ended = error instanceof HomerangeError && ["ENGINE_UNREACHABLE", "INTERRUPTED"].includes(error.code);
			if (ended) return [];
			throw error;
		}
	}
}
