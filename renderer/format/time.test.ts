import { describe, expect, it } from "vitest";
import { formatAge, formatDuration } from "./time.ts";

describe("formatDuration", () => {
	it.each([
		[-1, "0.0 s"],
		[412, "0.4 s"],
		[12_900, "12 s"],
		[185_000, "3 min 5 s"],
		[7_800_000, "2 h 10 min"],
		[3 * 86_400_000, "3 days"],
	])("%d ms is %s", (milliseconds, text) => {
		expect(formatDuration(milliseconds)).toBe(text);
	});
});

describe("formatAge", () => {
	const now = Date.parse("2026-01-02T12:00:00Z");
	it.each([
		["2026-01-02T11:59:30Z", "just now"],
		["2026-01-02T12:00:10Z", "just now"],
		["2026-01-02T11:45:00Z", "15 min ago"],
		["2026-01-02T06:00:00Z", "6 h ago"],
		["2025-12-28T12:00:00Z", "5 days ago"],
	])("%s is %s", (iso, text) => {
		expect(formatAge(iso, now)).toBe(text);
	});
});
