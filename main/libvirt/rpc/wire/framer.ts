import { XdrError } from "../xdr/xdr-error.ts";
import { type Header, headerSize, PacketType, packetLimit, programVersion } from "./header.ts";

export interface Packet extends Header {
	/** A view on what was received. */
	payload: Buffer;
}

const fdLimit = 32;
const empty = Buffer.alloc(0);

/**
 * Cuts packets out of the bytes of a socket, in whatever pieces they come. Memory grows with the bytes that came, never with
 * a length that was only announced.
 */
export class Framer {
	#held: Buffer = empty;
	#size = 0;
	#skip = 0;

	/** Takes bytes and gives the packets that are complete now. Throws XdrError when the stream cannot be libvirt's. */
	push(chunk: Buffer): Packet[] {
		const packets: Packet[] = [];
		let rest = chunk;
		while (rest.length > 0) {
			if (this.#skip > 0) {
				const skipped = Math.min(this.#skip, rest.length);
				this.#skip -= skipped;
				rest = rest.subarray(skipped);
				continue;
			}
			if (this.#size === 0 && rest.length >= 4) {
				const length = packetLength(rest);
				if (rest.length < length) {
					this.#hold(rest, length);
					break;
				}
				packets.push(this.#cut(rest.subarray(0, length)));
				rest = rest.subarray(length);
				continue;
			}
			const wanted = this.#size < 4 ? 4 : packetLength(this.#held);
			const taken = Math.min(wanted - this.#size, rest.length);
			this.#hold(rest.subarray(0, taken), wanted);
			rest = rest.subarray(taken);
			if (this.#size >= 4 && this.#size === packetLength(this.#held)) {
				const packet = this.#held.subarray(0, this.#size);
				this.#held = empty;
				this.#size = 0;
				packets.push(this.#cut(packet));
			}
		}
		return packets;
	}

	/** Appends to what is held of a packet that is not complete, in a buffer that at most doubles. */
	#hold(bytes: Buffer, wanted: number): void {
		const size = this.#size + bytes.length;
		if (size > this.#held.length) {
			const larger = Buffer.allocUnsafe(Math.max(size, Math.min(wanted, Math.max(2 * this.#held.length, 64 * 1024))));
			this.#held.copy(larger, 0, 0, this.#size);
			this.#held = larger;
		}
		bytes.copy(this.#held, this.#size);
		this.#size = size;
	}

	#cut(bytes: Buffer): Packet {
		if (bytes.readUInt32BE(8) !== programVersion) {
			throw new XdrError(`A packet of version ${bytes.readUInt32BE(8)} of its program.`);
		}
		const packet: Packet = {
			program: bytes.readUInt32BE(4),
			procedure: bytes.readInt32BE(12),
			type: bytes.readInt32BE(16),
			serial: bytes.readUInt32BE(20),
			status: bytes.readInt32BE(24),
			payload: bytes.subarray(headerSize),
		};
		// Each passed file descriptor brings one byte that no length counts. Node cannot take the descriptor, but the byte
		// would shift everything that follows.
		if (packet.type === PacketType.replyWithFds) {
			const count = packet.payload.length >= 4 ? packet.payload.readUInt32BE(0) : 0;
			if (count > fdLimit) throw new XdrError(`A reply with ${count} file descriptors.`);
			this.#skip = count;
			packet.payload = packet.payload.subarray(Math.min(4, packet.payload.length));
		}
		return packet;
	}
}

function packetLength(bytes: Buffer): number {
	const length = bytes.readUInt32BE(0);
	if (length < headerSize || length > packetLimit) throw new XdrError(`A packet of ${length} bytes.`);
	return length;
}
