import fc from "fast-check";
import { expect, test } from "vitest";
import { PcapCounter } from "./pcap-counter.ts";

function pcap(lengths: readonly number[], isLittleEndian = true): Buffer {
	const header = Buffer.alloc(24);
	if (isLittleEndian) header.writeUInt32LE(0xa1b2c3d4);
	else header.writeUInt32BE(0xa1b2c3d4);
	const records = lengths.map((length) => {
		const record = Buffer.alloc(16 + length, 0xff);
		if (isLittleEndian) record.writeUInt32LE(length, 8);
		else record.writeUInt32BE(length, 8);
		return record;
	});
	return Buffer.concat([header, ...records]);
}

test("packets are counted however the stream is cut", () => {
	fc.assert(
		fc.property(
			fc.array(fc.nat(300), { maxLength: 20 }),
			fc.boolean(),
			fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
			(lengths, isLittleEndian, cuts) => {
				const stream = pcap(lengths, isLittleEndian);
				const counter = new PcapCounter();
				for (let at = 0, n = 0; at < stream.length; n++) {
					const end = at + (cuts[n % cuts.length] ?? 1);
					counter.push(stream.subarray(at, end));
					at = end;
				}
				expect(counter).toMatchObject({ packets: lengths.length, bytes: stream.length, isPcap: true });
			},
		),
	);
});

test("what is no pcap stream has bytes and no packets", () => {
	const counter = new PcapCounter();
	counter.push(Buffer.alloc(1000, 7));
	counter.push(Buffer.alloc(1000, 7));
	expect(counter).toMatchObject({ packets: 0, bytes: 2000, isPcap: false });
});

test("a record of an impossible length ends the count", () => {
	const stream = pcap([10, 10]);
	stream.writeUInt32LE(0xffff_ffff, 24 + 26 + 8);
	const counter = new PcapCounter();
	counter.push(stream);
	expect(counter).toMatchObject({ packets: 1, isPcap: false });
});
