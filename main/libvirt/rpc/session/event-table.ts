import type { EventKind } from "../protocol/events.ts";
import type { Packet } from "../wire/framer.ts";
import { XdrReader } from "../xdr/reader.ts";

/** How many events are kept for registrations whose number is not known yet. */
const heldLimit = 256;

interface Registered {
	decode(payload: Buffer): () => void;
}

/**
 * Who hears which event. libvirt numbers registrations, and every event begins with that number. A daemon may send an event
 * before the answer that tells the number, so while a registration is under way events of unknown numbers are held.
 */
export class EventTable {
	readonly #registered = new Map<string, Registered>();
	#held: Packet[] = [];
	#underWay = 0;

	/** Before a registration is sent. */
	begin(): void {
		this.#underWay++;
	}

	/** The registration has its number. Handlers run after the bytes that are being read, never inside of it. */
	add<Subject, Payload>(
		kind: EventKind<Subject, Payload>,
		callback: number,
		handler: (payload: Payload) => void,
	): void {
		const decode = (bytes: Buffer): (() => void) => {
			const reader = new XdrReader(bytes);
			const payload = kind.payload.decode(reader);
			reader.end();
			return () => {
				if (this.#registered.get(key(kind, callback)) === registered) handler(payload);
			};
		};
		const registered: Registered = { decode };
		this.#registered.set(key(kind, callback), registered);
	}

	/** After the answer to a registration, or its failure. */
	settle(): void {
		this.#underWay--;
		const held = this.#held;
		this.#held = [];
		for (const packet of held) this.take(packet);
	}

	remove(kind: { program: number; procedure: number }, callback: number): void {
		this.#registered.delete(key(kind, callback));
	}

	/** Throws XdrError when an event that somebody waits for cannot be read. Events of nobody are dropped. */
	take(packet: Packet): void {
		if (packet.payload.length < 4) return;
		const callback = packet.payload.readInt32BE(0);
		const registered = this.#registered.get(key(packet, callback));
		if (registered) queueMicrotask(registered.decode(packet.payload));
		else if (this.#underWay > 0 && this.#held.length < heldLimit) this.#held.push(packet);
	}

	clear(): void {
		this.#registered.clear();
		this.#held = [];
	}
}

function key({ program, procedure }: { program: number; procedure: number }, callback: number): string {
	return `${program}:${procedure}:${callback}`;
}
