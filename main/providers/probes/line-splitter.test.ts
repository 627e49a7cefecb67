import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

test("gives the same lines however the bytes are cut", () => {
	fc.assert(
		fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 20 })), fc.nat(7), (texts, size) => {
			const lines = texts.map((text) => text.replace(/[\r\n]/g, ""));
			const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
			const splitter = new LineSplitter();
			const seen: string[] = [];
			for (let at = 0; at < bytes.length; at += size + 1)
				seen.push(...splitter.push(bytes.subarray(at, at + size + 1)));
			expect(seen).toEqual(lines);
			expect(splitter.rest).toBe("");
		}),
	);
});

test("a line without an end takes bounded memory", () => {
	const splitter = new LineSplitter();
	for (let n = 0; n < 100; n++) splitter.push(Buffer.alloc(1000, 120));
	expect(splitter.rest.length).toBe(4096);
	expect(splitter.push(Buffer.from("y\nnext\n"))).toEqual(["x".repeat(4096), "next"]);
});
