import { chainIds } from "../docker/layer-chains.ts";

/** A layer as one image holds it. */
export interface Layer {
	/** Names the layer together with all below it, as the engine names what it stores. In hex. */
	readonly chainId: string;
	/** Null when the engine did not tell it. */
	readonly sizeBytes: number | null;
}

/** An image as the sizes are counted. */
export interface LayeredImage {
	readonly id: string;
	readonly sizeBytes: number;
	readonly layers: readonly Layer[];
	/** What the engine itself says is shared; taken where layers have no sizes. Null when it says nothing. */
	readonly engineSharedBytes: number | null;
}

/**
 * The layers with their sizes out of an image's history (newest first, as engines tell it). A history has lines that
 * made no layer and does not mark them; they have no bytes. Where that does not decide it, sizes stay unknown.
 */
export function layersOf(diffIds: readonly string[], history: readonly number[]): Layer[] {
	const lowestFirst = [...history].reverse();
	const withBytes = lowestFirst.filter((bytes) => bytes > 0);
	const sizes =
		withBytes.length === diffIds.length ? withBytes : lowestFirst.length === diffIds.length ? lowestFirst : [];
	return chainIds(diffIds).map((chainId, index) => ({ chainId, sizeBytes: sizes[index] ?? null }));
}

/** How many of the images hold each chain id. */
export function holders(images: readonly LayeredImage[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { layers } of images) {
		for (const { chainId } of layers) counts.set(chainId, (counts.get(chainId) ?? 0) + 1);
	}
	return counts;
}

/** What removing these images frees: the layers that no other image holds, each once. */
export function freedBytes(images: readonly LayeredImage[], removed: ReadonlySet<string>): number {
	const counts = holders(images);
	const going = new Map<string, { held: number; sizeBytes: number }>();
	let freed = 0;
	for (const image of images) {
		if (!removed.has(image.id)) continue;
		if (image.layers.some((layer) => layer.sizeBytes === null)) {
			freed += sizeWithoutLayers(image, counts);
			continue;
		}
		for (const { chainId, sizeBytes } of image.layers) {
			const known = going.get(chainId);
			going.set(chainId, { held: (known?.held ?? 0) + 1, sizeBytes: sizeBytes ?? 0 });
		}
	}
	for (const [chainId, { held, sizeBytes }] of going) if (counts.get(chainId) === held) freed += sizeBytes;
	return freed;
}

/** Bytes that only this image holds. */
export function ownBytes(image: LayeredImage, counts: ReadonlyMap<string, number>): number {
	if (image.layers.some((layer) => layer.sizeBytes === null)) return sizeWithoutLayers(image, counts);
	const own = image.layers.filter(({ chainId }) => counts.get(chainId) === 1);
	return Math.min(
		image.sizeBytes,
		own.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
	);
}

/** Without the sizes of layers: the engine's word, else the whole where nothing is shared, else nothing that is sure. */
function sizeWithoutLayers(image: LayeredImage, counts: ReadonlyMap<string, number>): number {
	if (image.engineSharedBytes !== null) return Math.max(0, image.sizeBytes - image.engineSharedBytes);
	return image.layers.every(({ chainId }) => counts.get(chainId) === 1) ? image.sizeBytes : 0;
}
