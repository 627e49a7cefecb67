import { expect, test } from "vitest";
import { MachineFault } from "../machine-fault.ts";
import { LinePattern } from "./pattern.ts";

test("finds a pattern in any of many lines", () => {
	const pattern = new LinePattern("^ready on port \\d+$");
	expect(pattern.matchesAny(["booting", "ready on port 80"])).toBe(true);
	expect(pattern.matchesAny([...Array.from({ length: 200 }, () => "noise"), "ready on port 1"])).toBe(true);
	expect(pattern.matchesAny(["not ready on port 80"])).toBe(false);
});

test("a pattern that backtracks for ever ends in a fault, soon", () => {
	const pattern = new LinePattern("(a+)+$");
	const before = performance.now();
	expect(() => pattern.matchesAny([`${"a".repeat(4000)}b`])).toThrow(MachineFault);
	expect(performance.now() - before).toBeLessThan(2000);
});

test("looks only at the start of a line without an end", () => {
	const pattern = new LinePattern("needle");
	expect(pattern.matchesAny([`${"x".repeat(5000)}needle`])).toBe(false);
});
