import type { Duplex } from "node:stream";
import { closedHere, LibvirtConnectionError, LibvirtTimeoutError } from "../errors.ts";
import { connectClose } from "../protocol/connect.ts";
import type { EventKind } from "../protocol/events.ts";
import type { Procedure } from "../protocol/procedure.ts";
import { EventTable } from "../session/event-table.ts";
import { Session } from "../session/session.ts";
import { KeepAliveTimer } from "./keep-alive-timer.ts";
import { RpcStream, type StreamShape } from "./rpc-stream.ts";

export interface CallOptions {
	/** Stops waiting. What the daemon has begun goes on there. */
	signal?: AbortSignal | undefined;
	/** How long an answer may take. Calls that can take minutes by their nature have 15 minutes, others 30 s. */
	limitMs?: number | undefined;
}

export type Unsubscribe = () => Promise<void>;

const limitMs = 30_000;
const slowLimitMs = 15 * 60_000;
const farewellMs = 1000;

/** A session on a socket: promises, limits and Node streams. Knows nothing of what the calls mean. */
export class RpcConnection {
	readonly #socket: Duplex;
	readonly #session: Session;
	readonly #events = new EventTable();
	readonly #keepAlive: KeepAliveTimer;
	readonly #closed = Promise.withResolvers<LibvirtConnectionError>();
	#failure: LibvirtConnectionError | null = null;

	/** Settles once, with the reason. */
	readonly closed: Promise<LibvirtConnectionError> = this.#closed.promise;

	constructor(socket: Duplex) {
		this.#socket = socket;
		this.#session = new Session({
			send: (pieces, flushed) => this.#send(pieces, flushed),
			event: (packet) => this.#events.take(packet),
		});
		this.#keepAlive = new KeepAliveTimer({
			ping: () => this.#session.ping(),
			dead: () => this.#fail(unresponsive()),
		});
		socket.on("data", (chunk: Buffer) => this.#receive(chunk));
		socket.once("error", (error) => this.#fail(lost(error)));
		socket.once("end", () => this.#fail(lost()));
		socket.once("close", () => this.#fail(lost()));
	}

	get isOpen(): boolean {
		return this.#failure === null;
	}

	/** From now on a daemon that is silent is asked whether it lives. Only after the daemon said that it answers. */
	startKeepAlive(): void {
		if (this.isOpen) this.#keepAlive.start();
	}

	call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options: CallOptions = {}): Promise<Result> {
		return new Promise((resolve, reject) => this.#call(procedure, args, options, resolve, reject));
	}

	/**
	 * Opens a stream. Its consumer holds back the whole connection when it is slow, so a stream wants a connection of its own,
	 * one without keepalive.
	 */
	openStream<Args, Result>(
		procedure: Procedure<Args, Result>,
		args: Args,
		shape: StreamShape,
		options: CallOptions = {},
	): Promise<{ stream: RpcStream; result: Result }> {
		return new Promise((resolve, reject) => {
			const stream = new RpcStream(shape, {
				write: (chunks, flushed) => this.#session.streams.write(serial, chunks, flushed),
				finish: () => this.#session.streams.finish(serial),
				abort: () => this.#session.streams.abort(serial),
				pause: () => this.#socket.pause(),
				resume: () => this.#socket.resume(),
			});
			const opened = (result: Result): void => resolve({ stream, result });
			const refused = (error: unknown): void => {
				// Nobody gets this stream, so nobody can hear what becomes of it.
				stream.on("error", () => undefined);
				reject(error);
			};
			const serial = this.#call(procedure, args, options, opened, refused, stream);
		});
	}

	/** Asks for events of a kind, of all objects or of one. The handler is called once for each, in order. */
	async subscribe<Subject, Payload>(
		kind: EventKind<Subject, Payload>,
		subject: Subject | null,
		handler: (payload: Payload) => void,
		options: CallOptions = {},
	): Promise<Unsubscribe> {
		options.signal?.throwIfAborted();
		const callback = await new Promise<number>((resolve, reject) => {
			this.#events.begin();
			const settled = <T>(then: (value: T) => void): ((value: T) => void) => {
				return (value) => {
					then(value);
					this.#events.settle();
				};
			};
			const added = settled(({ callback: id }: { callback: number }) => {
				this.#events.add(kind, id, handler);
				resolve(id);
			});
			const failed = settled(reject);
			try {
				const args = { event: kind.event, subject };
				this.#call(kind.registration.register, args, { limitMs: options.limitMs }, added, failed);
			} catch (error) {
				failed(error);
			}
		});
		const unsubscribe = async (): Promise<void> => {
			this.#events.remove(kind, callback);
			if (this.isOpen) await this.call(kind.registration.deregister, { callback }, { limitMs: options.limitMs });
		};
		if (options.signal?.aborted) {
			await unsubscribe();
			throw options.signal.reason;
		}
		return unsubscribe;
	}

	/** Ends the connection. What waits fails with this reason. Safe to repeat. */
	close(reason: LibvirtConnectionError = closedHere()): void {
		if (!this.isOpen) return;
		// Not awaited: the daemon drops a client that says goodbye, and one that is just gone.
		this.#session.call(connectClose, undefined, { result: () => undefined, failure: () => undefined });
		this.#end(reason);
		this.#socket.end();
		const timer = setTimeout(() => this.#socket.destroy(), farewellMs);
		this.#socket.once("close", () => clearTimeout(timer));
		this.#socket.resume();
	}

	#call<Args, Result>(
		procedure: Procedure<Args, Result>,
		args: Args,
		options: CallOptions,
		resolve: (result: Result) => void,
		reject: (error: unknown) => void,
		stream?: RpcStream,
	): number {
		const { signal, limitMs: limit = procedure.slow ? slowLimitMs : limitMs } = options;
		let timer: NodeJS.Timeout | null = null;
		const settle = (): void => {
			if (timer) clearTimeout(timer);
			signal?.removeEventListener("abort", aborted);
		};
		const giveUp = (error: unknown): void => {
			settle();
			const { isSent } = call;
			call.abandon();
			reject(error);
			// Even what waited to be sent was not: all that the daemon has taken is stuck, and nothing will get through.
			if (!isSent && error instanceof LibvirtTimeoutError && this.#session.abandonedInFlight > 0)
				this.#fail(unresponsive());
		};
		const aborted = (): void => giveUp(signal?.reason);
		signal?.throwIfAborted();
		const call = this.#session.call(
			procedure,
			args,
			{
				result: (result) => {
					settle();
					resolve(result);
				},
				failure: (error) => {
					settle();
					reject(error);
				},
			},
			stream?.sink,
		);
		if (!this.isOpen) return call.serial;
		timer = setTimeout(() => giveUp(new LibvirtTimeoutError(procedure.name, limit)), limit);
		signal?.addEventListener("abort", aborted, { once: true });
		return call.serial;
	}

	#receive(chunk: Buffer): void {
		if (!this.isOpen) return;
		this.#keepAlive.heard();
		try {
			this.#session.receive(chunk);
		} catch (error) {
			this.#fail(error instanceof LibvirtConnectionError ? error : lost(error));
		}
	}

	#send(pieces: readonly Uint8Array[], flushed?: () => void): void {
		if (!this.#socket.writable) return;
		this.#socket.cork();
		pieces.forEach((piece, index) => {
			if (flushed && index === pieces.length - 1) this.#socket.write(piece, (error) => error || flushed());
			else this.#socket.write(piece);
		});
		this.#socket.uncork();
	}

	#fail(reason: LibvirtConnectionError): void {
		if (!this.isOpen) return;
		this.#end(reason);
		this.#socket.destroy();
	}

	#end(reason: LibvirtConnectionError): void {
		this.#failure = reason;
		this.#keepAlive.stop();
		this.#events.clear();
		this.#session.fail(reason);
		this.#closed.resolve(reason);
	}
}

function lost(cause?: unknown): LibvirtConnectionError {
	const why = cause instanceof Error ? ` (${cause.message})` : "";
	return new LibvirtConnectionError(
		"closed",
		`The connection to libvirt was lost${why}.`,
		"See whether the daemon still runs, then connect again.",
		{ cause },
	);
}

function unresponsive(): LibvirtConnectionError {
	return new LibvirtConnectionError(
		"unresponsive",
		"The libvirt daemon holds the connection and does not answer any more.",
		"See in the daemon's log what it waits for; restarting it leaves running machines alone.",
	);
}
