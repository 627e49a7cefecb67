import type { ExecStream } from "./exec.ts";
import { ProcessSocket } from "./process-socket.ts";

/**
 * A tunnel dressed as the socket that `http.Agent` expects. `docker system dial-stdio` ends by itself when its
 * stdin is closed, unless what it is connected to keeps the connection open.
 */
export class TunnelSocket extends ProcessSocket {
	#idleTimer: NodeJS.Timeout | null = null;
	#idleMs = 0;

	constructor(opening: Promise<ExecStream>) {
		super(opening, true);
	}

	/** As of `net.Socket`: emits `timeout` after so long without a byte; 0 switches it off and removes the listener. */
	setTimeout(ms: number, listener?: () => void): this {
		this.#idleMs = ms;
		if (listener && ms === 0) this.removeListener("timeout", listener);
		else if (listener) this.once("timeout", listener);
		this.touch();
		return this;
	}

	protected override touch(): void {
		if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
		this.#idleTimer = this.#idleMs > 0 ? setTimeout(() => this.emit("timeout"), this.#idleMs).unref() : null;
	}

	override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
		this.setTimeout(0);
		super._destroy(error, callback);
	}

	// A pipe has none of these, and `http.Agent` calls them.
	setNoDelay(): this {
		return this;
	}

	setKeepAlive(): this {
		return this;
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}
}
