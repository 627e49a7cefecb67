import fc from "fast-check";
import { expect, test } from "vitest";
import { formatBytes } from "../../../contract/format-bytes.ts";
import { formatDuration, plain, plainLines, table } from "./text.ts";

test("text of others cannot drive the terminal", () => {
	expect(plain("\u001b]0;owned\u0007name\u009b31m")).toBe("]0;ownedname31m");
	expect(plain("one\r\ntwo\n  three")).toBe("one two three");
	expect(plain("safe\u202Egnp.exe")).toBe("safegnp.exe");
	expect(plainLines("a\tb\n\u001b[2Jc")).toBe("a\tb\n[2Jc");
});

test("no control character survives", () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 0x2100 })), (codes) => {
			const text = String.fromCharCode(...codes);
			expect(plain(text)).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
		}),
	);
});

test("columns align and the last is not padded", () => {
	const lines = table(
		["A", "LONG"],
		[
			["x", "1"],
			["yyyy", "2"],
		],
	).split("\n");
	expect(lines.slice(1)).toEqual(["x     1", "yyyy  2"]);
});

test("sizes and times read well", () => {
	expect([0, 1023, 1536, 5 * 1024 ** 3].map(formatBytes)).toEqual(["0 B", "1023 B", "1.5 KiB", "5 GiB"]);
	expect([400, 12_300, 185_000].map(formatDuration)).toEqual(["0.4 s", "12 s", "3 min 5 s"]);
});
