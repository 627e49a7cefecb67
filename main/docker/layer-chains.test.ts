import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chainIds, filesToLeaveOut, legacyFolders } from "./layer-chains.ts";

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
	const blobs = (...images: string[][]) =>
		[
			...filesToLeaveOut(
				images.map((layers) => ({ layers })),
				present,
			),
		].filter((name) => name.startsWith("blobs/"));
	expect(blobs([a, b, c])).toEqual([`blobs/sha256/${a}`, `blobs/sha256/${b}`]);
	// b above c is another thing than b above a.
	expect(blobs([a, b], [c, b])).toEqual([`blobs/sha256/${a}`]);
	expect(blobs([b, a])).toEqual([]);
});

test("the old layout's folders are named as an engine 20.10 names them", () => {
	// Seen in an archive of a real image of four layers.
	const layers = [
		"sha256:e8ab64db7716e276380eac0bdd11e90fc05e7e616c565a028f54dd0978c86f93",
		"sha256:80e79e09e0ff7d5e3f4158a578944d856db3d18d83701904d5352edc5005e6f9",
		"sha256:e6d69eb0991579fe9a3c178cb428ea22138d635f447039ec9838cbdf7bf1f5e4",
		"sha256:4739e288108e5c7406747e79fcf332abad64ce4b628ad8e2a35dfa2bafedb92c",
	];
	expect(legacyFolders(layers)).toEqual([
		"775ac95016bdea3047b475355e312eef334f9004c4bd821289d76107fdeee925",
		"97023354d26c0acb19778cc230f61fb4bebbad75f996f42378e964dbb7390514",
		"47707a02bcce45715b492b1681778a33e6c812a209013a1dcf247edd060c7818",
	]);
	const leftOut = filesToLeaveOut([{ layers }], new Set(chainIds(layers)));
	expect(leftOut).toContain("775ac95016bdea3047b475355e312eef334f9004c4bd821289d76107fdeee925/layer.tar");
	expect(leftOut.size).toBe(7);
});
