import fc from "fast-check";
import { expect, test } from "vitest";
import { chainIds } from "../docker/layer-chains.ts";
import { freedBytes, holders, type LayeredImage, layersOf, ownBytes } from "./layers.ts";

test("a history's lines without bytes are no layers", () => {
	expect(layersOf(["sha256:1", "sha256:2"], [0, 30, 0, 20]).map((layer) => layer.sizeBytes)).toEqual([20, 30]);
	expect(layersOf(["sha256:1", "sha256:2"], [0, 20]).map((layer) => layer.sizeBytes)).toEqual([20, 0]);
	expect(layersOf(["sha256:1", "sha256:2"], [0, 0, 20]).map((layer) => layer.sizeBytes)).toEqual([null, null]);
});

test("what the engine says is taken where layers have no sizes", () => {
	const image = (id: string, engineSharedBytes: number | null): LayeredImage => ({
		id,
		sizeBytes: 100,
		layers: [{ chainId: "c", sizeBytes: null }],
		engineSharedBytes,
	});
	expect(ownBytes(image("a", 30), new Map([["c", 2]]))).toBe(70);
	expect(ownBytes(image("a", null), new Map([["c", 1]]))).toBe(100);
	expect(ownBytes(image("a", null), new Map([["c", 2]]))).toBe(0);
});

/** Images over a few stacks of layers, so that they share some of them. The size of a layer is decided by its name. */
const images = fc
	.array(fc.array(fc.constantFrom("p", "q", "r", "s"), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })
	.map((stacks) =>
		stacks.map((stack, index): LayeredImage => {
			const layers = chainIds(stack).map((chainId, at) => ({
				chainId,
				sizeBytes: (stack[at]?.charCodeAt(0) ?? 0) * (at + 1),
			}));
			const sizeBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
			return { id: String(index), sizeBytes, layers, engineSharedBytes: null };
		}),
	);

test("removing one image frees exactly what it holds alone", () => {
	fc.assert(
		fc.property(images, (all) => {
			const counts = holders(all);
			for (const image of all) expect(freedBytes(all, new Set([image.id]))).toBe(ownBytes(image, counts));
		}),
	);
});

test("removing everything frees every layer once, and more images never free less", () => {
	fc.assert(
		fc.property(images, (all) => {
			const ids = all.map((image) => image.id);
			const stored = new Map(
				all.flatMap((image) => image.layers).map((layer) => [layer.chainId, layer.sizeBytes ?? 0]),
			);
			expect(freedBytes(all, new Set(ids))).toBe([...stored.values()].reduce((sum, bytes) => sum + bytes, 0));
			let before = 0;
			for (let count = 1; count <= ids.length; count++) {
				const freed = freedBytes(all, new Set(ids.slice(0, count)));
				expect(freed).toBeGreaterThanOrEqual(before);
				before = freed;
			}
		}),
	);
});
