import type { ImageFacts } from "../docker/image-inspect.ts";
import { sha256 } from "./bundle-writer.ts";
import { type BundledImage, hexOf, mediaTypes, names } from "./format.ts";
import { configOf, imageConfig, parseJson, type SavedImages } from "./saved-images.ts";

/** The documents by which tools that know OCI layouts find the images too. */
export const ociLayout = Buffer.from(`${JSON.stringify({ imageLayoutVersion: "1.0.0" })}\n`);

/** Every image with its configuration and its manifest, as blobs. */
export function imageDocuments(
	images: ReadonlyMap<string, ImageFacts>,
	{ documents, layers }: SavedImages,
): { images: BundledImage[]; entries: Map<string, Buffer> } {
	const layerOf = new Map(layers.map((layer) => [layer.diffId, layer]));
	const entries = new Map<string, Buffer>();
	const bundled: BundledImage[] = [];
	for (const [reference, facts] of [...images].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const config = configOf(reference, facts, documents);
		const parsed = imageConfig.parse(parseJson(config));
		const own = facts.layers.map((diffId) => layerOf.get(diffId)).filter((layer) => layer !== undefined);
		const manifest = Buffer.from(
			JSON.stringify({
				schemaVersion: 2,
				mediaType: mediaTypes.manifest,
				config: { mediaType: mediaTypes.config, digest: `sha256:${sha256(config)}`, size: config.length },
				layers: own.map(({ digest, bytes }) => ({ mediaType: mediaTypes.layer, digest, size: bytes })),
			}),
		);
		for (const blob of [config, manifest]) entries.set(names.blob(sha256(blob)), blob);
		bundled.push({
			reference,
			id: `sha256:${sha256(config)}`,
			manifest: `sha256:${sha256(manifest)}`,
			architecture: parsed.architecture.slice(0, 100),
			os: parsed.os.slice(0, 100),
			layers: facts.layers,
			sizeBytes: own.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
		});
	}
	return { images: bundled, entries: new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

export function ociIndex(images: readonly BundledImage[], blobs: ReadonlyMap<string, Buffer>): Buffer {
	const manifests = images.map(({ reference, manifest, architecture, os }) => ({
		mediaType: mediaTypes.manifest,
		digest: manifest,
		size: blobs.get(names.blob(hexOf(manifest)))?.length ?? 0,
		platform: { architecture, os },
		annotations: {
			"io.containerd.image.name": reference,
			"org.opencontainers.image.ref.name": reference,
		},
	}));
	return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
}
