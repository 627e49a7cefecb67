import type { Unsubscribe } from "../connection/rpc-connection.ts";
import { closedHere, isUnsupported } from "../errors.ts";
import type { EventName, Events } from "./events.ts";
import type { LibvirtConnection } from "./libvirt-connection.ts";
import { type OpenLibvirtOptions, openLibvirt } from "./open-libvirt.ts";

export type LibvirtStatus =
	| { state: "connecting" }
	/**
	 * Events are heard already, so a list that is read now misses nothing. `silentEvents` are those wanted kinds that this daemon
	 * cannot send.
	 */
	| { state: "connected"; connection: LibvirtConnection; silentEvents: EventName[] }
	/** A LibvirtConnectionError, or what the daemon said. The next attempt comes by itself. */
	| { state: "disconnected"; reason: Error };

export interface ReconnectOptions extends Omit<OpenLibvirtOptions, "signal"> {
	/** The pause after the first failure; it doubles with each one. Default 250 ms. */
	firstDelayMs?: number;
	/** Default 30 s. */
	longestDelayMs?: number;
	/** In place of `openLibvirt`. */
	open?(options: OpenLibvirtOptions): Promise<LibvirtConnection>;
}

const steadyMs = 10_000;

interface Subscription {
	readonly name: EventName;
	register(connection: LibvirtConnection): Promise<Unsubscribe>;
	/** Of the connection that is open now. */
	unsubscribe: Unsubscribe | null;
}

/**
 * A connection that is opened again whenever it is lost. Whoever uses it lists anew at each "connected": what happened in
 * between is told by no event.
 */
export class ReconnectingLibvirt {
	readonly #options: ReconnectOptions;
	readonly #ending = new AbortController();
	readonly #listeners = new Set<(status: LibvirtStatus) => void>();
	readonly #subscriptions = new Set<Subscription>();
	#status: LibvirtStatus = { state: "connecting" };
	#wake: (() => void) | null = null;
	#running: Promise<void> | null = null;

	constructor(options: ReconnectOptions = {}) {
		this.#options = options;
	}

	/** Begins. Safe to repeat. */
	start(): void {
		this.#running ??= this.#run();
	}

	status(): LibvirtStatus {
		return this.#status;
	}

	/** The open connection. Throws the reason when there is none. */
	current(): LibvirtConnection {
		if (this.#status.state === "connected") return this.#status.connection;
		throw this.#status.state === "disconnected" ? this.#status.reason : closedHere();
	}

	/** Waits for the first attempt to end, then is as `current`. */
	async ready(signal?: AbortSignal): Promise<LibvirtConnection> {
		signal?.throwIfAborted();
		this.start();
		if (this.#status.state === "connecting" && !this.#ending.signal.aborted) {
			await new Promise<void>((resolve, reject) => {
				const settled = (): void => {
					stop();
					signal?.removeEventListener("abort", aborted);
					resolve();
				};
				const aborted = (): void => {
					stop();
					reject(signal?.reason);
				};
				const stop = this.onStatus(settled);
				signal?.addEventListener("abort", aborted, { once: true });
			});
		}
		return this.current();
	}

	/** Hears of every change of the status from now on. What a listener throws is an uncaught exception. */
	onStatus(listener: (status: LibvirtStatus) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Hears of events of a kind, over every connection that there will be. */
	on<Name extends EventName>(name: Name, handler: (event: Events[Name]) => void): () => void {
		const subscription: Subscription = {
			name,
			register: (connection) => connection.events.on(name, handler),
			unsubscribe: null,
		};
		this.#subscriptions.add(subscription);
		if (this.#status.state === "connected") void this.#registerLate(this.#status, subscription);
		return () => {
			this.#subscriptions.delete(subscription);
			this.#release(subscription);
		};
	}

	/** Tries again now instead of after the pause. */
	retry(): void {
		this.#wake?.();
	}

	/** Ends it for good. Resolves when nothing of it runs any more. */
	async close(): Promise<void> {
		this.#ending.abort(closedHere());
		this.#wake?.();
		if (this.#status.state === "connected") this.#status.connection.close();
		await this.#running;
		this.#tell({ state: "disconnected", reason: closedHere() });
	}

	async #run(): Promise<void> {
		const { firstDelayMs = 250, longestDelayMs = 30_000 } = this.#options;
		let delayMs = firstDelayMs;
		const { signal } = this.#ending;
		while (!signal.aborted) {
			let connectedAt = Number.POSITIVE_INFINITY;
			try {
				const status = await this.#connect(signal);
				connectedAt = performance.now();
				this.#tell(status);
				throw await status.connection.closed;
			} catch (error) {
				for (const subscription of this.#subscriptions) subscription.unsubscribe = null;
				if (signal.aborted) return;
				this.#tell({ state: "disconnected", reason: error instanceof Error ? error : new Error(String(error)) });
			}
			// A daemon that ends again and again gets ever longer pauses as well.
			if (performance.now() - connectedAt > steadyMs) delayMs = firstDelayMs;
			await this.#pause(delayMs);
			delayMs = Math.min(delayMs * 2, longestDelayMs);
		}
	}

	/** Opens a connection and registers all events on it, before anybody hears of it. */
	async #connect(signal: AbortSignal): Promise<Extract<LibvirtStatus, { state: "connected" }>> {
		const { open = openLibvirt, ...options } = this.#options;
		const connection = await open({ ...options, signal });
		try {
			const silentEvents: EventName[] = [];
			for (const subscription of this.#subscriptions) {
				if (!(await this.#register(connection, subscription))) silentEvents.push(subscription.name);
			}
			return { state: "connected", connection, silentEvents };
		} catch (error) {
			connection.close();
			throw error;
		}
	}

	/** False when the daemon has no such events. */
	async #register(connection: LibvirtConnection, subscription: Subscription): Promise<boolean> {
		try {
			subscription.unsubscribe = await subscription.register(connection);
		} catch (error) {
			if (isUnsupported(error)) return false;
			throw error;
		}
		if (!this.#subscriptions.has(subscription)) this.#release(subscription);
		return true;
	}

	/** A connection on which an event cannot be heard is given up: the next one begins with it. */
	async #registerLate(
		status: Extract<LibvirtStatus, { state: "connected" }>,
		subscription: Subscription,
	): Promise<void> {
		try {
			if (!(await this.#register(status.connection, subscription))) status.silentEvents.push(subscription.name);
		} catch {
			status.connection.close();
		}
	}

	/** Events are not delivered from here on; that the daemon stops sending them may fail with the connection. */
	#release(subscription: Subscription): void {
		const { unsubscribe } = subscription;
		subscription.unsubscribe = null;
		unsubscribe?.().catch(() => undefined);
	}

	#pause(delayMs: number): Promise<void> {
		if (this.#ending.signal.aborted) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, delayMs);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	#tell(status: LibvirtStatus): void {
		this.#status = status;
		for (const listener of this.#listeners) queueMicrotask(() => listener(status));
	}
}
