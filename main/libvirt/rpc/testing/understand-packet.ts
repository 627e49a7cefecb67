import { remoteError } from "../protocol/structs.ts";
import { PacketType, Program, Status } from "../wire/header.ts";
import type { Codec } from "../xdr/codec.ts";
import { XdrReader } from "../xdr/reader.ts";
import { eventPayloads, procedures } from "./all-procedures.ts";
import { encoded } from "./fake-daemon.ts";
import type { Recorded } from "./recording-proxy.ts";

export interface Understood {
	/** Null: the tables do not have this procedure. */
	name: string | null;
	value: unknown;
	/** What this client would write for the value; null where the tables can only read. */
	again: Buffer | null;
}

/** Reads a packet of another client or of a daemon with the tables, to its last byte, and writes it again. */
export function understand(packet: Recorded): Understood {
	const none = { name: null, value: undefined, again: null };
	const key = `${packet.program}:${packet.procedure}`;
	if (packet.program === Program.keepAlive || packet.type === PacketType.stream) return none;
	if (packet.type === PacketType.message) {
		const event = eventPayloads.get(key);
		return event ? read(event.name, event.payload, packet.payload) : none;
	}
	const procedure = procedures.get(key);
	if (!procedure) return none;
	if (packet.from === "client") return read(procedure.name, procedure.args, packet.payload);
	if (packet.status === Status.error)
		return read(`error of ${procedure.name}`, remoteError as Codec<unknown>, packet.payload);
	return read(procedure.name, procedure.result, packet.payload);
}

function read(name: string, codec: Codec<unknown>, payload: Buffer): Understood {
	const reader = new XdrReader(payload);
	const value = codec.decode(reader);
	reader.end();
	return { name, value, again: canWrite(name) ? encoded(codec, value) : null };
}

/** Statistics come as records without the types that are on the wire. */
function canWrite(name: string): boolean {
	return !/STATS|GUEST_INFO|job completed/.test(name);
}
