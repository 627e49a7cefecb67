import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chainIds, layersToLeaveOut } from "./chain.ts";

const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);

test("one layer's chain is the layer itself, two are hashed together", () => {
	const [a, b] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
	expect(chainIds([a])).toEqual(["a".repeat(64)]);
	expect(chainIds([a, b])[1]).toBe(createHash("sha256").update(`${a} ${b}`).digest("hex"));
	expect(chainIds([])).toEqual([]);
});

test("images that share their lower layers share those chains, and no others", () => {
	fc.assert(
		fc.property(fc.array(digest, { maxLength: 8 }), digest, digest, (base, left, right) => {
			const shared = chainIds(base);
			const [a, b] = [chainIds([...base, left]), chainIds([...base, right])];
			expect(a.slice(0, -1)).toEqual(shared);
			expect(b.slice(0, -1)).toEqual(shared);
			expect(a.at(-1) === b.at(-1)).toBe(left === right);
		}),
	);
});

test("a layer is left out where its whole stack is known, and only if no new stack needs it", () => {
	const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];
	const present = new Set(chainIds([a, b]));
	expect(layersToLeaveOut([{ layers: [a, b, c] }], present)).toEqual(new Set([a, b]));
	// b above c is another thing than b above a.
	expect(layersToLeaveOut([{ layers: [a, b] }, { layers: [c, b] }], present)).toEqual(new Set([a]));
	expect(layersToLeaveOut([{ layers: [b, a] }], present)).toEqual(new Set());
});
