import { openConnection } from "../connection/open-connection.ts";
import type { CallOptions, RpcConnection, Unsubscribe } from "../connection/rpc-connection.ts";
import type { RpcStream, StreamShape } from "../connection/rpc-stream.ts";
import { closedHere, type LibvirtConnectionError } from "../errors.ts";
import type { EventKind } from "../protocol/events.ts";
import type { Procedure } from "../protocol/procedure.ts";
import type { Connector } from "../transport/connector.ts";

/** What the typed calls are made with. */
export interface Caller {
	call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result>;
	/** Opens a stream on a connection of its own, which ends with the stream. */
	openStream<Args, Result>(
		procedure: Procedure<Args, Result>,
		args: Args,
		shape: StreamShape,
		options?: CallOptions,
	): Promise<{ stream: RpcStream; result: Result }>;
	subscribe<Subject, Payload>(
		kind: EventKind<Subject, Payload>,
		subject: Subject | null,
		handler: (payload: Payload) => void,
		options?: CallOptions,
	): Promise<Unsubscribe>;
}

/**
 * One daemon, and the connections to it: one for quick calls and events, a second one for slow calls, opened when the first
 * of them is made, and one for each stream. So four saves to disk, or an operator who reads a console slowly, never hold up the state of
 * everything else.
 */
export class Link implements Caller {
	readonly #connector: Connector;
	readonly #uri: string;
	readonly #lost: (reason: LibvirtConnectionError) => void;
	readonly #open = new Set<RpcConnection>();
	readonly #shared = new Map<"quick" | "slow", Promise<RpcConnection>>();
	readonly #ending = new AbortController();

	/** `lost` is told when the connection of the events ends by itself. */
	constructor(connector: Connector, uri: string, lost: (reason: LibvirtConnectionError) => void) {
		this.#connector = connector;
		this.#uri = uri;
		this.#lost = lost;
	}

	/** Connects, if that was not done yet. */
	async connect(signal?: AbortSignal): Promise<void> {
		await this.#sharedConnection("quick", signal);
	}

	async call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result> {
		const connection = await this.#sharedConnection(procedure.slow ? "slow" : "quick", options?.signal);
		return connection.call(procedure, args, options);
	}

	async openStream<Args, Result>(
		procedure: Procedure<Args, Result>,
		args: Args,
		shape: StreamShape,
		options?: CallOptions,
	): Promise<{ stream: RpcStream; result: Result }> {
		const connection = await this.#connect(false, options?.signal);
		try {
			const opened = await connection.openStream(procedure, args, shape, options);
			opened.stream.once("close", () => connection.close());
			return opened;
		} catch (error) {
			connection.close();
			throw error;
		}
	}

	async subscribe<Subject, Payload>(
		kind: EventKind<Subject, Payload>,
		subject: Subject | null,
		handler: (payload: Payload) => void,
		options?: CallOptions,
	): Promise<Unsubscribe> {
		const connection = await this.#sharedConnection("quick", options?.signal);
		return connection.subscribe(kind, subject, handler, options);
	}

	/** Ends every connection to this daemon, streams included. What waits fails with this reason. */
	close(reason: LibvirtConnectionError = closedHere()): void {
		this.#ending.abort(reason);
		for (const connection of this.#open) connection.close(reason);
	}

	/** Several callers may wait for one connection; one that gives up does not take it from the others. */
	async #sharedConnection(kind: "quick" | "slow", signal?: AbortSignal): Promise<RpcConnection> {
		signal?.throwIfAborted();
		let opening = this.#shared.get(kind);
		if (!opening) {
			opening = this.#connect(true);
			this.#shared.set(kind, opening);
			const forget = (): void => {
				if (this.#shared.get(kind) === opening) this.#shared.delete(kind);
			};
			opening.then((connection) => {
				void connection.closed.then((reason) => {
					forget();
					if (kind === "quick" && !this.#ending.signal.aborted) this.#lost(reason);
				});
			}, forget);
		}
		return signal ? abortable(opening, signal) : opening;
	}

	async #connect(keepAlive: boolean, signal?: AbortSignal): Promise<RpcConnection> {
		const ending = this.#ending.signal;
		const either = signal ? AbortSignal.any([signal, ending]) : ending;
		either.throwIfAborted();
		const connection = await openConnection(this.#connector, { uri: this.#uri, keepAlive, signal: either });
		this.#open.add(connection);
		void connection.closed.then(() => this.#open.delete(connection));
		return connection;
	}
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const aborted = (): void => reject(signal.reason);
		signal.addEventListener("abort", aborted, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
	});
}
