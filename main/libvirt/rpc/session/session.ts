import { LibvirtConnectionError, protocolError } from "../errors.ts";
import type { Procedure } from "../protocol/procedure.ts";
import { Framer, type Packet } from "../wire/framer.ts";
import { KeepAlive, PacketType, Program, packetHeader, Status, sealPacket, writeHeader } from "../wire/header.ts";
import { XdrReader } from "../xdr/reader.ts";
import { XdrWriter } from "../xdr/writer.ts";
import { readError } from "./read-error.ts";
import { type StreamSink, StreamTable } from "./stream-table.ts";

/** What a session needs of the world: somewhere to put bytes, someone to hear of events. */
export interface SessionHost {
	/** Pieces of one or more packets, to be sent in this order; `flushed` is called when their memory may be used again. */
	send(pieces: readonly Uint8Array[], flushed?: () => void): void;
	/** Must not call back into the session before it returns. */
	event(packet: Packet): void;
}

export interface CallOutcome<Result> {
	result(result: Result): void;
	failure(error: Error): void;
}

/** A call that waits for its turn or for its answer. */
export interface PendingCall {
	readonly serial: number;
	/** Whether it was sent. Then the daemon may carry it out, whatever is done here. */
	readonly isSent: boolean;
	/** Stops waiting. A call that was sent keeps its place among those in flight until its answer comes. */
	abandon(): void;
}

/** libvirtd holds a client back at five. Its log then speaks of keep-alive timeouts, so this client stays below. */
export const maxInFlight = 4;

interface Call {
	readonly serial: number;
	readonly procedure: Procedure<unknown, unknown>;
	readonly packet: Buffer;
	outcome: CallOutcome<unknown> | null;
	isSent: boolean;
	readonly hasStream: boolean;
}

/**
 * libvirt's RPC protocol without a socket: bytes and calls in, bytes and outcomes out. It has no timers and awaits nothing,
 * so a ping is answered in the same breath in which it is read.
 */
export class Session {
	readonly #host: SessionHost;
	readonly #framer = new Framer();
	readonly #queue: Call[] = [];
	readonly #inFlight = new Map<number, Call>();
	readonly streams: StreamTable;
	#serial = 0;
	#failure: Error | null = null;

	constructor(host: SessionHost) {
		this.#host = host;
		this.streams = new StreamTable((pieces, flushed) => host.send(pieces, flushed));
	}

	/** Calls that are sent, nobody waits for any more, and are not answered. */
	get abandonedInFlight(): number {
		let count = 0;
		for (const call of this.#inFlight.values()) if (!call.outcome) count++;
		return count;
	}

	/**
	 * Sends a call, or queues it while `maxInFlight` are unanswered. With a sink the call opens a stream that lives under the
	 * same serial. Throws when the arguments cannot be written; after the end of the session the outcome is the failure at once.
	 */
	call<Args, Result>(
		procedure: Procedure<Args, Result>,
		args: Args,
		outcome: CallOutcome<Result>,
		sink?: StreamSink,
	): PendingCall {
		this.#serial = this.#serial === 0xffffffff ? 1 : this.#serial + 1;
		const { program, number, args: codec } = procedure;
		const serial = this.#serial;
		const writer = new XdrWriter();
		writeHeader(writer, { program, procedure: number, type: PacketType.call, serial, status: Status.ok });
		codec.encode(writer, args);
		const call: Call = {
			serial,
			procedure: procedure as Procedure<unknown, unknown>,
			packet: sealPacket(writer),
			outcome: outcome as CallOutcome<unknown>,
			isSent: false,
			hasStream: sink !== undefined,
		};
		if (this.#failure) {
			outcome.failure(this.#failure);
			return { serial, isSent: false, abandon: () => undefined };
		}
		if (sink) this.streams.open(serial, procedure, sink);
		if (this.#inFlight.size < maxInFlight) this.#send(call);
		else this.#queue.push(call);
		const abandon = (): void => this.#abandon(call);
		return {
			serial,
			abandon,
			get isSent() {
				return call.isSent;
			},
		};
	}

	/** Takes bytes of the socket. Throws a "protocol" error when they cannot be libvirt's; the session is over then. */
	receive(chunk: Buffer): void {
		try {
			for (const packet of this.#framer.push(chunk)) {
				if (this.#failure) return;
				this.#take(packet);
			}
		} catch (error) {
			if (error instanceof LibvirtConnectionError) throw error;
			throw protocolError(error instanceof Error ? error.message : String(error), error);
		}
	}

	/** Sends a ping, which a daemon answers once it was asked for the keepalive feature. */
	ping(): void {
		this.#keepAlive(KeepAlive.ping);
	}

	/** Ends everything that waits, with this reason. */
	fail(error: Error): void {
		if (this.#failure) return;
		this.#failure = error;
		const calls = [...this.#inFlight.values(), ...this.#queue];
		this.#inFlight.clear();
		this.#queue.length = 0;
		this.streams.fail(error);
		for (const call of calls) call.outcome?.failure(error);
	}

	#send(call: Call): void {
		call.isSent = true;
		this.#inFlight.set(call.serial, call);
		this.#host.send([call.packet]);
	}

	#abandon(call: Call): void {
		call.outcome = null;
		const queued = this.#queue.indexOf(call);
		if (queued >= 0) this.#queue.splice(queued, 1);
		if (call.hasStream) {
			if (call.isSent) this.streams.abandon(call.serial);
			else this.streams.drop(call.serial);
		}
	}

	#take(packet: Packet): void {
		switch (packet.type) {
			case PacketType.reply:
			case PacketType.replyWithFds:
				this.#answer(packet);
				break;
			case PacketType.stream:
			case PacketType.streamHole:
				this.streams.take(packet);
				break;
			case PacketType.message:
				if (packet.program !== Program.keepAlive) this.#host.event(packet);
				else if (packet.procedure === KeepAlive.ping) this.#keepAlive(KeepAlive.pong);
				break;
			default:
				throw protocolError(`A packet of type ${packet.type}.`);
		}
	}

	#answer(packet: Packet): void {
		const call = this.#inFlight.get(packet.serial);
		if (!call) throw protocolError(`An answer to the call ${packet.serial}, which was not made.`);
		const { procedure } = call;
		if (packet.program !== procedure.program || packet.procedure !== procedure.number) {
			throw protocolError(`An answer of procedure ${packet.procedure} to ${procedure.name}.`);
		}
		if (packet.status !== Status.ok && packet.status !== Status.error) {
			throw protocolError(`An answer with status ${packet.status}.`);
		}
		this.#inFlight.delete(packet.serial);
		const next = this.#queue.shift();
		if (next) this.#send(next);
		if (packet.status === Status.error) {
			this.streams.drop(packet.serial);
			call.outcome?.failure(readError(packet, procedure));
		} else {
			if (call.hasStream) this.streams.confirm(packet.serial);
			this.#deliver(call, packet);
		}
	}

	/** An answer that does not fit its table fails this call alone: the framing still holds. */
	#deliver(call: Call, packet: Packet): void {
		const { outcome } = call;
		if (!outcome) return;
		const reader = new XdrReader(packet.payload);
		let result: unknown;
		try {
			result = call.procedure.result.decode(reader);
			reader.end();
		} catch (error) {
			if (call.hasStream) this.streams.abandon(packet.serial);
			outcome.failure(protocolError(`${call.procedure.name}: ${String(error)}`, error));
			return;
		}
		outcome.result(result);
	}

	#keepAlive(procedure: number): void {
		const header = { program: Program.keepAlive, procedure, type: PacketType.message, serial: 0, status: Status.ok };
		this.#host.send([packetHeader(header, 0)]);
	}
}
