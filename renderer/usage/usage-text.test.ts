import { expect, test } from "vitest";
import { formatCpus, formatMemory, shareOf } from "./usage-text.ts";

test("CPU is a share of one CPU, and memory a size", () => {
	expect([formatCpus(0.123), formatCpus(1.5), formatCpus(null)]).toEqual(["12 %", "150 %", "–"]);
	expect([formatMemory({ memoryBytes: 50 * 1024 * 1024 }), formatMemory({ memoryBytes: null })]).toEqual([
		"50 MiB",
		"–",
	]);
});

test("a share stays between nothing and all", () => {
	expect([shareOf(1, 4), shareOf(9, 4), shareOf(null, 4), shareOf(1, 0)]).toEqual([0.25, 1, 0, 0]);
});
