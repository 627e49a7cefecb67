import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Scrollback } from "./scrollback.ts";

function filled(rows: number, ...chunks: (string | Buffer)[]): Scrollback {
	const scrollback = new Scrollback(rows);
	for (const chunk of chunks) scrollback.push(Buffer.from(chunk));
	return scrollback;
}

/** The replay with escapes made visible. */
const shown = (scrollback: Scrollback) => scrollback.replay().toString().replaceAll("\x1b", "␛");

const lines = (count: number, line: string) => Array.from({ length: count }, (_, i) => `${line} ${i}\r\n`).join("");

describe("the scroll-back", () => {
	test("gives back a short output unchanged, however it came", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 700 }), (bytes, size) => {
				const scrollback = new Scrollback(10_000);
				for (let at = 0; at < bytes.length; at += size) scrollback.push(Buffer.from(bytes.subarray(at, at + size)));
				expect(Buffer.compare(scrollback.replay(), bytes)).toBe(0);
			}),
		);
	});

	test("keeps the newest rows, about as many as were asked for", () => {
		const replay = filled(1000, lines(100_000, "row")).replay().toString();
		expect(replay.endsWith("row 99999\r\n")).toBe(true);
		const kept = replay.split("\n").length;
		expect(kept).toBeGreaterThanOrEqual(1000);
		expect(kept).toBeLessThan(5000);
		expect(replay).toMatch(/^row \d+\r\n/);
	});

	test("never holds more than its bytes, whatever comes", () => {
		const scrollback = new Scrollback(1000);
		const floods = [
			lines(5000, "y".repeat(100)),
			"x".repeat(100_000),
			`\x1b]0;${"t".repeat(100_000)}`,
			"é".repeat(50_000),
		];
		for (let i = 0; i < 80; i++) {
			scrollback.push(Buffer.from(floods[i % floods.length] ?? ""));
			expect(scrollback.bytes).toBeLessThan(1024 * 1024);
		}
	});

	test("does not begin inside a character when there are no lines", () => {
		const replay = filled(1000, ...Array.from({ length: 400 }, () => "日本語".repeat(1000)))
			.replay()
			.toString();
		expect(replay).not.toContain("\ufffd");
		expect(replay.length).toBeGreaterThan(10_000);
	});

	test("does not begin inside a sequence", () => {
		const piece = `${"\x1b[38;5;196;48;5;21m".repeat(50)}x\x1b]0;a title\nof two lines\x07`;
		for (let shift = 0; shift < 30; shift += 7) {
			const replay = shown(filled(1000, "s".repeat(shift), piece.repeat(800)));
			expect(replay.replace(/^(␛\[[0-9;]+m)+/, "")).toMatch(/^(x|␛\])/);
		}
	});

	test("brings back the modes and the style that held where it begins", () => {
		const start = "\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[1m\x1b[31mred\r\n";
		const replay = shown(filled(1000, start, lines(50_000, "row")));
		expect(replay).toMatch(/^␛\[\?1049h␛\[\?2004h␛\[\?25l␛\[1m␛\[31mrow/);
	});

	test("forgets modes and styles that were switched off again", () => {
		const start = "\x1b[?1049h\x1b[1m\x1b[?1049l\x1b[0m";
		expect(filled(1000, start, lines(50_000, "row")).replay().toString()).toMatch(/^row/);
	});
});
