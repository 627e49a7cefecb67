import type { DockerEngine } from "../docker/engine.ts";
import type { Logger } from "../log.ts";
import { type SeedEngine, startSeedEngine } from "./seed-engine.ts";
import type { StoreKey } from "./store-volume.ts";

/** How long a seed engine stays for the next image. */
const idleMs = 15_000;

/** The seed engines that run, one for each store that is being filled. Who takes one lets it rest afterwards. */
export class SeedEngines {
	readonly #log: Logger;
	readonly #running = new Map<string, { seed: SeedEngine; idle: NodeJS.Timeout | null }>();
	/** Those on their way out: their containers still hold the store. */
	readonly #closing = new Map<string, Promise<void>>();

	constructor(log: Logger) {
		this.#log = log;
	}

	has(volume: string): boolean {
		return this.#running.has(volume) || this.#closing.has(volume);
	}

	volumes(): ReadonlySet<string> {
		return new Set([...this.#running.keys(), ...this.#closing.keys()]);
	}

	async take(host: DockerEngine, key: StoreKey, volume: string, signal: AbortSignal): Promise<SeedEngine> {
		const known = this.#running.get(volume);
		if (known !== undefined) {
			if (known.idle !== null) clearTimeout(known.idle);
			known.idle = null;
			try {
				await known.seed.inner.ping(signal);
				return known.seed;
			} catch (error) {
				signal.throwIfAborted();
				this.#log.warn({ error, volume }, "the layer store's engine has ended; a new one is started");
				await this.close(volume);
			}
		}
		await this.#closing.get(volume);
		const seed = await startSeedEngine(host, key, volume, signal);
		this.#running.set(volume, { seed, idle: null });
		return seed;
	}

	/** It ends in a moment when nobody takes it again. */
	rest(volume: string): void {
		const known = this.#running.get(volume);
		if (known === undefined) return;
		if (known.idle !== null) clearTimeout(known.idle);
		known.idle = setTimeout(() => {
			this.close(volume).catch((error: unknown) => {
				this.#log.warn({ error, volume }, "the layer store's engine could not be removed");
			});
		}, idleMs);
		known.idle.unref();
	}

	/** Ends it, and waits until its container is gone. */
	async close(volume: string): Promise<void> {
		const known = this.#running.get(volume);
		if (known === undefined) return await this.#closing.get(volume);
		if (known.idle !== null) clearTimeout(known.idle);
		this.#running.delete(volume);
		const closing = known.seed.close().finally(() => this.#closing.delete(volume));
		this.#closing.set(volume, closing);
		await closing;
	}

	async closeAll(): Promise<void> {
		await Promise.all([...this.volumes()].map((volume) => this.close(volume)));
	}
}
