import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, listNames, nearest } from "./nearest.ts";

test("the distance is a metric as far as hints need it", () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
			expect(editDistance(a, b)).toBe(editDistance(b, a));
			expect(editDistance(a, b) === 0).toBe(a === b);
			expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
		}),
	);
});

test("a limit changes no answer that is within it", () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), fc.nat(8), (a, b, limit) => {
			const distance = editDistance(a, b);
			expect(editDistance(a, b, limit)).toBe(distance <= limit ? distance : Number.POSITIVE_INFINITY);
		}),
	);
});

test.each([
	["memmory", "memory"],
	["enviroment", "environment"],
	["TEMPLATE", "template"],
	["ip", "ip"],
	["zebra", null],
	["k".repeat(1000), null],
])("%s was meant as %s", (word, meant) => {
	expect(nearest(word, ["memory", "environment", "template", "ip"])).toBe(meant);
});

test("names are listed with an end", () => {
	expect(listNames(["a"])).toBe("a");
	expect(listNames(["a", "b", "c"])).toBe("a, b and c");
	expect(listNames(Array.from({ length: 20 }, (_, i) => `n${i}`))).toBe("n0, n1, n2, n3, n4, n5, n6, n7 and 12 more");
});
