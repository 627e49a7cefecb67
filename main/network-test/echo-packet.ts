/** Begins every echo's payload; of even length, so that the checksum needs no padding. */
const payload = Buffer.from("hr probe");
const identifier = 0x4852;

/** An ICMP echo request (RFC 792) as octal escapes for printf, and the reply to it in hex. */
export function echoPacket(sequence: number): { packet: string; answer: string } {
	const packet = message(8, sequence & 0xffff);
	return {
		packet: [...packet].map((octet) => `\\${octet.toString(8).padStart(3, "0")}`).join(""),
		answer: message(0, sequence & 0xffff).toString("hex"),
	};
}

function message(type: number, sequence: number): Buffer {
	const bytes = Buffer.alloc(8 + payload.length);
	bytes.writeUInt8(type, 0);
	bytes.writeUInt16BE(identifier, 4);
	bytes.writeUInt16BE(sequence, 6);
	payload.copy(bytes, 8);
	bytes.writeUInt16BE(checksum(bytes), 2);
	return bytes;
}

/** RFC 1071, over an even number of octets. */
export function checksum(bytes: Buffer): number {
	let sum = 0;
	for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}
