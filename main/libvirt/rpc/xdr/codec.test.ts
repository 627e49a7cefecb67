import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	amount,
	type Codec,
	charArray,
	double,
	fixedBytes,
	flag,
	hyper,
	int,
	list,
	optional,
	string,
	struct,
	uhyper,
	uint,
} from "./codec.ts";
import { XdrReader } from "./reader.ts";
import { XdrWriter } from "./writer.ts";
import { XdrError } from "./xdr-error.ts";

function encode<T>(codec: Codec<T>, value: T): Buffer {
	const writer = new XdrWriter();
	codec.encode(writer, value);
	return Buffer.from(writer.finish());
}

function decode<T>(codec: Codec<T>, bytes: Buffer): T {
	const reader = new XdrReader(bytes);
	const value = codec.decode(reader);
	reader.end();
	return value;
}

/** The wire has no lone surrogates and no zero bytes. */
const text = fc.string({ unit: "grapheme", maxLength: 300 }).filter((value) => !value.includes("\0"));
const record = struct({
	int,
	uint,
	hyper,
	uhyper,
	double,
	flag,
	string,
	maybe: optional(string),
	many: list(struct({ name: string, values: list(int) })),
	fixed: fixedBytes(5),
	model: charArray(32),
});
const recordValue = fc.record({
	int: fc.integer(),
	uint: fc.nat(0xffffffff),
	hyper: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
	uhyper: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
	double: fc.double({ noNaN: true }),
	flag: fc.boolean(),
	string: text,
	maybe: fc.option(text),
	many: fc.array(fc.record({ name: text, values: fc.array(fc.integer(), { maxLength: 5 }) }), { maxLength: 5 }),
	fixed: fc.uint8Array({ minLength: 5, maxLength: 5 }),
	model: fc.string({ minLength: 0, maxLength: 7 }).filter((value) => !value.includes("\0")),
});

describe("codec", () => {
	it("decodes what it encodes", () => {
		fc.assert(
			fc.property(recordValue, (value) => {
				const { fixed, ...rest } = decode(record, encode(record, value));
				expect({ ...rest, fixed: [...fixed] }).toEqual({ ...value, fixed: [...value.fixed] });
			}),
			{ numRuns: 200 },
		);
	});

	it("writes whole words only", () => {
		fc.assert(
			fc.property(recordValue, (value) => encode(record, value).length % 4 === 0),
			{ numRuns: 50 },
		);
	});

	it("refuses every message that is cut off, and every one with bytes left over", () => {
		fc.assert(
			fc.property(recordValue, fc.double({ min: 0, max: 0.999, noNaN: true }), (value, part) => {
				const bytes = encode(record, value);
				expect(() => decode(record, bytes.subarray(0, Math.floor(bytes.length * part)))).toThrow(XdrError);
				expect(() => decode(record, Buffer.concat([bytes, Buffer.alloc(4)]))).toThrow(XdrError);
			}),
			{ numRuns: 100 },
		);
	});

	it("survives any bytes at all", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
				try {
					decode(record, Buffer.from(bytes));
				} catch (error) {
					expect(error).toBeInstanceOf(XdrError);
				}
			}),
			{ numRuns: 300 },
		);
	});

	it("does not believe a count that cannot fit", () => {
		const bytes = Buffer.from("00040000", "hex");
		expect(() => decode(list(uhyper), bytes)).toThrow("does not fit");
	});

	it("takes a negative count for a huge one, and refuses it", () => {
		const bytes = Buffer.from("ffffffff00000001", "hex");
		expect(() => decode(list(int), bytes)).toThrow("more than");
		expect(() => decode(string, bytes)).toThrow(XdrError);
	});

	it("knows only 0 and 1 as marks of an optional value, and writes 1 as a big-endian number", () => {
		expect(encode(optional(int), 7).toString("hex")).toBe("0000000100000007");
		expect(encode(optional(int), null).toString("hex")).toBe("00000000");
		expect(() => decode(optional(int), Buffer.from("0100000000000007", "hex"))).toThrow(XdrError);
	});

	it("pads strings with zeros to whole words", () => {
		expect(encode(string, "qemü").toString("hex")).toBe("0000000571656dc3bc000000");
	});

	it("sends characters of an array as four bytes each", () => {
		const bytes = encode(charArray(4), "x86");
		expect(bytes.toString("hex")).toBe("00000078000000380000003600000000");
		expect(decode(charArray(4), bytes)).toBe("x86");
	});

	it("refuses what would be cut off or changed on the wire", () => {
		expect(() => encode(string, "a\0b")).toThrow(XdrError);
		expect(() => encode(int, 2 ** 31)).toThrow(XdrError);
		expect(() => encode(int, 1.5)).toThrow(XdrError);
		expect(() => encode(uint, -1)).toThrow(XdrError);
		expect(() => encode(amount, 2 ** 53)).toThrow(XdrError);
		expect(() => encode(amount, -1)).toThrow(XdrError);
		expect(() => encode(uhyper, 2n ** 64n)).toThrow(XdrError);
		expect(() => encode(fixedBytes(16), new Uint8Array(15))).toThrow(XdrError);
		expect(() => encode(list(int, 2), [1, 2, 3])).toThrow(XdrError);
	});

	it("gives 64-bit amounts as numbers", () => {
		expect(decode(amount, encode(amount, Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
		expect(decode(amount, Buffer.from("ffffffffffffffff", "hex"))).toBe(2 ** 64);
	});
});
