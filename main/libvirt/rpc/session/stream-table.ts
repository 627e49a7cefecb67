import { protocolError } from "../errors.ts";
import type { Packet } from "../wire/framer.ts";
import { PacketType, packetHeader, Status, streamPayload } from "../wire/header.ts";
import { readError } from "./read-error.ts";

/** Who uses a stream. Nothing of it is called before the bytes that led to it are taken. */
export interface StreamSink {
	data(bytes: Buffer): void;
	/** The daemon has no more bytes. */
	end(): void;
	/** The daemon confirms that the stream is over, after `end` or after this side's finish or abort. */
	finished(): void;
	/** The stream failed and is over. */
	failed(error: Error): void;
}

type Send = (pieces: readonly Uint8Array[], flushed?: () => void) => void;

interface StreamCall {
	readonly program: number;
	readonly number: number;
	readonly name: string;
}

interface Entry {
	readonly call: StreamCall;
	readonly sink: StreamSink;
	isConfirmed: boolean;
	/** "closing": a finish or an abort of this side is on its way; what still comes is not for the sink. */
	state: "open" | "closing" | "abandoned";
}

/**
 * The streams of a session. Every packet of a stream has the numbers of the call that opened it. Status "continue" carries
 * bytes; an empty one is the daemon's end, which this side has to finish before the daemon confirms it. Finish is an
 * empty "ok", abort an empty "error", and both are answered by an empty "ok".
 */
export class StreamTable {
	readonly #send: Send;
	readonly #streams = new Map<number, Entry>();

	constructor(send: Send) {
		this.#send = send;
	}

	open(serial: number, call: StreamCall, sink: StreamSink): void {
		this.#streams.set(serial, { call, sink, isConfirmed: false, state: "open" });
	}

	/** The call that opens the stream was answered well. */
	confirm(serial: number): void {
		const entry = this.#streams.get(serial);
		if (!entry) return;
		entry.isConfirmed = true;
		if (entry.state === "abandoned") this.#packet(serial, entry, Status.error);
	}

	/** The call that opens the stream failed or was never sent. */
	drop(serial: number): void {
		this.#streams.delete(serial);
	}

	/** Nobody waits for this stream any more: it is aborted as soon as it exists. */
	abandon(serial: number): void {
		const entry = this.#streams.get(serial);
		if (entry?.state !== "open") return;
		entry.state = "abandoned";
		if (entry.isConfirmed) this.#packet(serial, entry, Status.error);
	}

	/**
	 * Sends bytes, in packets of the size that libvirt itself uses, and calls `flushed` once their memory is free again.
	 * On a stream that is over they go nowhere; its end is told to the sink.
	 */
	write(serial: number, chunks: readonly Uint8Array[], flushed: () => void): void {
		const entry = this.#streams.get(serial);
		if (entry?.state !== "open") {
			flushed();
			return;
		}
		const packets = intoPackets(chunks);
		if (packets.length === 0) flushed();
		packets.forEach(({ pieces, size }, index) => {
			const header = this.#header(serial, entry, Status.continue, size);
			this.#send([header, ...pieces], index === packets.length - 1 ? flushed : undefined);
		});
	}

	/** This side has no more bytes, and wants the stream to end well. False when the stream is over already. */
	finish(serial: number): boolean {
		return this.#close(serial, Status.ok);
	}

	/** This side wants no more of it. */
	abort(serial: number): void {
		this.#close(serial, Status.error);
	}

	take(packet: Packet): void {
		const entry = this.#streams.get(packet.serial);
		// A stream that failed may have packets under way that were sent before it did.
		if (!entry) return;
		if (packet.type === PacketType.streamHole) {
			this.#close(packet.serial, Status.error);
			entry.sink.failed(protocolError("A hole in a stream that was not asked to be sparse."));
		} else if (packet.status === Status.continue) this.#bytes(packet, entry);
		else if (packet.status === Status.ok) {
			this.#streams.delete(packet.serial);
			entry.sink.finished();
		} else if (packet.status === Status.error) {
			this.#streams.delete(packet.serial);
			entry.sink.failed(readError(packet, entry.call));
		} else throw protocolError(`A stream packet with status ${packet.status}.`);
	}

	fail(error: Error): void {
		const entries = [...this.#streams.values()];
		this.#streams.clear();
		for (const { sink } of entries) sink.failed(error);
	}

	#bytes(packet: Packet, entry: Entry): void {
		if (entry.state !== "open") return;
		if (packet.payload.length > 0) entry.sink.data(packet.payload);
		else {
			this.#close(packet.serial, Status.ok);
			entry.sink.end();
		}
	}

	#close(serial: number, status: number): boolean {
		const entry = this.#streams.get(serial);
		if (entry?.state !== "open") return false;
		entry.state = "closing";
		this.#packet(serial, entry, status);
		return true;
	}

	#packet(serial: number, entry: Entry, status: number): void {
		this.#send([this.#header(serial, entry, status, 0)]);
	}

	#header(serial: number, { call }: Entry, status: number, size: number): Buffer {
		const { program, number: procedure } = call;
		return packetHeader({ program, procedure, type: PacketType.stream, serial, status }, size);
	}
}

/** Cuts bytes into payloads without copying them. */
function intoPackets(chunks: readonly Uint8Array[]): { pieces: Uint8Array[]; size: number }[] {
	const packets: { pieces: Uint8Array[]; size: number }[] = [];
	let last = { pieces: [] as Uint8Array[], size: streamPayload };
	for (const chunk of chunks) {
		for (let at = 0; at < chunk.length; ) {
			if (last.size === streamPayload) {
				last = { pieces: [], size: 0 };
				packets.push(last);
			}
			const piece = chunk.subarray(at, at + streamPayload - last.size);
			last.pieces.push(piece);
			last.size += piece.length;
			at += piece.length;
		}
	}
	return packets;
}
