const tickMs = 5000;
const ticksUntilDead = 6;

/**
 * Notices a peer that is silent. It counts ticks and not time: after this process itself stood still only one tick is due,
 * and the bytes that wait in the socket are read before the next.
 */
export class KeepAliveTimer {
	readonly #peer: { ping(): void; dead(): void };
	#timer: NodeJS.Timeout | null = null;
	#silentTicks = 0;

	constructor(peer: { ping(): void; dead(): void }) {
		this.#peer = peer;
	}

	start(): void {
		this.#timer ??= setInterval(() => this.#tick(), tickMs);
		this.#timer.unref();
	}

	/** Anything that comes is a sign of life. */
	heard(): void {
		this.#silentTicks = 0;
	}

	stop(): void {
		if (this.#timer) clearInterval(this.#timer);
		this.#timer = null;
	}

	#tick(): void {
		this.#silentTicks++;
		if (this.#silentTicks > ticksUntilDead) this.#peer.dead();
		else if (this.#silentTicks > 1) this.#peer.ping();
	}
}
