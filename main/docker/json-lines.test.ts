import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonLines } from "./json-lines.ts";

function parse(pieces: Buffer[]): unknown[] {
	const seen: unknown[] = [];
	const lines = new JsonLines((value) => seen.push(value));
	for (const piece of pieces) lines.push(piece);
	lines.end();
	return seen;
}

test("objects come out whole, however their bytes were cut", () => {
	fc.assert(
		fc.property(
			fc.array(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" }))),
			fc.nat(40),
			fc.boolean(),
			(values, size, ends) => {
				const objects = values.map((value) => JSON.parse(JSON.stringify(value)));
				const bytes = Buffer.from(objects.map((value) => JSON.stringify(value)).join("\r\n") + (ends ? "\n" : ""));
				const pieces: Buffer[] = [];
				for (let at = 0; at < bytes.length; at += size + 1) pieces.push(bytes.subarray(at, at + size + 1));
				expect(parse(pieces)).toEqual(objects);
			},
		),
	);
});

test("a line without an end is refused before it fills the memory", () => {
	const lines = new JsonLines(() => undefined);
	const piece = Buffer.alloc(64 * 1024, 0x61);
	expect(() => {
		for (let i = 0; i < 100; i++) lines.push(piece);
	}).toThrow(expect.objectContaining({ code: "ENGINE_REFUSED" }));
});

test("a line that is not JSON is refused", () => {
	expect(() => parse([Buffer.from("hello\n")])).toThrow(expect.objectContaining({ code: "ENGINE_REFUSED" }));
});
