import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packetOf } from "../testing/fake-daemon.ts";
import { XdrError } from "../xdr/xdr-error.ts";
import { Framer, type Packet } from "./framer.ts";
import { PacketType, packetLimit } from "./header.ts";

const packet = fc.record({
	procedure: fc.integer({ min: 1, max: 500 }),
	serial: fc.nat(0xffffffff),
	type: fc.constantFrom(PacketType.reply, PacketType.message, PacketType.stream),
	payload: fc.uint8Array({ maxLength: 3000 }),
});

function pushAll(framer: Framer, pieces: Buffer[]): Packet[] {
	return pieces.flatMap((piece) => framer.push(piece));
}

function pieces(bytes: Buffer, sizes: number[]): Buffer[] {
	const cut: Buffer[] = [];
	for (let at = 0, turn = 0; at < bytes.length; turn++) {
		const size = sizes[turn % sizes.length] ?? 1;
		cut.push(Buffer.from(bytes.subarray(at, at + size)));
		at += size;
	}
	return cut;
}

describe("Framer", () => {
	it("finds the same packets however the bytes are cut", () => {
		const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 });
		fc.assert(
			fc.property(fc.array(packet, { minLength: 1, maxLength: 6 }), sizes, (packets, cut) => {
				const found = pushAll(new Framer(), pieces(Buffer.concat(packets.map(packetOf)), cut));
				expect(
					found.map(({ serial, procedure, type, payload }) => ({ serial, procedure, type, payload: [...payload] })),
				).toEqual(packets.map(({ payload, ...rest }) => ({ ...rest, payload: [...payload] })));
			}),
			{ numRuns: 150 },
		);
	});

	it("finds packets that come one byte at a time", () => {
		const bytes = Buffer.concat([packetOf({ serial: 1 }), packetOf({ serial: 2, payload: Buffer.alloc(100, 7) })]);
		expect(pushAll(new Framer(), pieces(bytes, [1])).map(({ serial }) => serial)).toEqual([1, 2]);
	});

	it.each([0, 27, packetLimit + 1, 0xffffffff])("refuses a length of %i", (length) => {
		const bytes = packetOf({});
		bytes.writeUInt32BE(length, 0);
		expect(() => new Framer().push(bytes)).toThrow(XdrError);
		expect(() => pushAll(new Framer(), pieces(bytes, [3]))).toThrow(XdrError);
	});

	it("refuses another version of a program", () => {
		const bytes = packetOf({});
		bytes.writeUInt32BE(2, 8);
		expect(() => new Framer().push(bytes)).toThrow("version 2");
	});

	it("skips the byte that each passed file descriptor brings after its packet", () => {
		const withFds = packetOf({
			type: PacketType.replyWithFds,
			serial: 5,
			payload: Buffer.from("0000000200000009", "hex"),
		});
		const bytes = Buffer.concat([withFds, Buffer.from("xx"), packetOf({ serial: 6 })]);
		for (const sizes of [[1], [30], [bytes.length]]) {
			const [first, second, ...more] = pushAll(new Framer(), pieces(bytes, sizes));
			expect(first?.payload.toString("hex")).toBe("00000009");
			expect(second?.serial).toBe(6);
			expect(more).toEqual([]);
		}
	});

	it("refuses more file descriptors than libvirt passes", () => {
		const bytes = packetOf({ type: PacketType.replyWithFds, payload: Buffer.from("ffffffff", "hex") });
		expect(() => new Framer().push(bytes)).toThrow("file descriptors");
	});

	it("holds only what came of a packet that announces to be large", () => {
		const bytes = packetOf({ payload: Buffer.alloc(1000) });
		bytes.writeUInt32BE(packetLimit, 0);
		const before = process.memoryUsage().arrayBuffers;
		const framers = Array.from({ length: 50 }, () => {
			const framer = new Framer();
			framer.push(bytes);
			return framer;
		});
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(framers.length * 256 * 1024);
	});
});
