import type { XdrWriter } from "../xdr/writer.ts";

/** Every packet: a length that counts itself (4 bytes), then six numbers. All big-endian. */
export const headerSize = 28;

/** libvirt raised its limit from 16 to 32 MiB; what is longer is not libvirt. */
export const packetLimit = 32 * 1024 * 1024 + headerSize;

/** A daemon sends stream bytes in packets of at most this payload [measured on 9.0], so does this client. */
export const streamPayload = 262_120;

/** `procedure` numbers are counted per program. */
export const Program = { remote: 0x20008086, qemu: 0x20008087, keepAlive: 0x6b656570 } as const;
export const programVersion = 1;

export const PacketType = {
	call: 0,
	reply: 1,
	/** An event, or a keepalive. */
	message: 2,
	stream: 3,
	callWithFds: 4,
	replyWithFds: 5,
	streamHole: 6,
} as const;

export const Status = {
	ok: 0,
	error: 1,
	/** A stream packet with bytes. Without bytes it is the daemon's end of file. */
	continue: 2,
} as const;

export const KeepAlive = { ping: 1, pong: 2 } as const;

export interface Header {
	program: number;
	procedure: number;
	type: number;
	serial: number;
	status: number;
}

/** Writes a header with a length of zero; `sealPacket` or `packetHeader` give the length. */
export function writeHeader(writer: XdrWriter, header: Header): void {
	writer.uint(0);
	writer.uint(header.program);
	writer.uint(programVersion);
	writer.int(header.procedure);
	writer.int(header.type);
	writer.uint(header.serial);
	writer.int(header.status);
}

/** Puts the length into a packet that was written after `writeHeader`. */
export function sealPacket(writer: XdrWriter): Buffer {
	const packet = writer.finish();
	packet.writeUInt32BE(packet.length, 0);
	return packet;
}

/** A header alone, for a payload of this many bytes that is sent after it. */
export function packetHeader(header: Header, payloadSize: number): Buffer {
	const bytes = Buffer.allocUnsafe(headerSize);
	bytes.writeUInt32BE(headerSize + payloadSize, 0);
	bytes.writeUInt32BE(header.program, 4);
	bytes.writeUInt32BE(programVersion, 8);
	bytes.writeInt32BE(header.procedure, 12);
	bytes.writeInt32BE(header.type, 16);
	bytes.writeUInt32BE(header.serial, 20);
	bytes.writeInt32BE(header.status, 24);
	return bytes;
}
