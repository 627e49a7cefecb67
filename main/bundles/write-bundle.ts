import type { Readable } from "node:stream";
import type { ImageFacts } from "../docker/image-inspect.ts";
import { throwIfAborted } from "../docker/limits.ts";
import { BundleWriter, sha256 } from "./bundle-writer.ts";
import { type BundledImage, type BundledLayer, type BundleManifest, names } from "./format.ts";
import { imageDocuments, ociIndex, ociLayout } from "./oci.ts";
import { takeSavedImages } from "./saved-images.ts";
import { type SigningKey, signatureOf } from "./signing.ts";

/** What of the table of contents is known before the images are. */
export type ManifestHead = WithoutRest<BundleManifest>;
type ManifestRest = Pick<BundleManifest, "images" | "layers" | "entries">;
/** Of each format by itself. */
type WithoutRest<M> = M extends BundleManifest ? Omit<M, "signer" | keyof ManifestRest> : never;

export interface BundleContent {
	readonly head: ManifestHead;
	/** By the names of their entries. */
	readonly documents: ReadonlyMap<string, Buffer>;
	/** By reference. */
	readonly images: ReadonlyMap<string, ImageFacts>;
	readonly key: SigningKey | null;
	/** Opens the stream of `docker save` of all these images. */
	save(): Promise<Readable>;
	/** Bytes of that stream, piece by piece. */
	onBytes(bytes: number): void;
	/** The images are in the file. */
	onTaken(): void;
}

/** Writes a bundle as the file of this path, which must not exist. A failure leaves the file unfinished. */
export async function writeBundle(path: string, content: BundleContent, signal: AbortSignal): Promise<void> {
	const { head, images, key } = content;
	const documents = new Map(content.documents).set(names.layout, ociLayout);
	const room = manifestText(head, key, largest([...documents.keys()], images)).length;
	const writer = await BundleWriter.create(path, room, key !== null);
	try {
		for (const [name, document] of [...documents].sort(([a], [b]) => (a < b ? -1 : 1))) {
			await writer.add(name, document);
		}
		const wanted = new Set([...images.values()].flatMap(({ layers }) => layers));
		const taken = await takeSavedImages(await content.save(), wanted, writer, content.onBytes, signal);
		content.onTaken();
		throwIfAborted(signal);
		const bundled = imageDocuments(images, taken);
		for (const [name, document] of bundled.entries) await writer.add(name, document);
		await writer.add(names.index, ociIndex(bundled.images, bundled.entries));
		const text = manifestText(head, key, {
			images: bundled.images,
			layers: [...taken.layers],
			entries: writer.entries,
		});
		const padded = Buffer.concat([text, Buffer.alloc(room - text.length, " ")]);
		await writer.finish(padded, key === null ? null : signatureOf(padded, key));
	} finally {
		await writer.close();
	}
}

function manifestText(head: ManifestHead, key: SigningKey | null, { images, layers, entries }: ManifestRest): Buffer {
	const manifest: BundleManifest = {
		...head,
		signer: key?.signer ?? null,
		images,
		layers: [...layers].sort((a, b) => (a.diffId < b.diffId ? -1 : 1)),
		entries,
	};
	return Buffer.from(`${JSON.stringify(manifest)}\n`);
}

/** What the table of contents says at most: every number at its longest. It tells how much room to leave for it. */
function largest(documents: readonly string[], images: ReadonlyMap<string, ImageFacts>): ManifestRest {
	const hex = sha256(Buffer.alloc(0));
	const digest = `sha256:${hex}`;
	const bytes = Number.MAX_SAFE_INTEGER;
	const diffIds = [...new Set([...images.values()].flatMap((facts) => facts.layers))];
	const image = (reference: string, layers: string[]): BundledImage => {
		const words = { architecture: "a".repeat(100), os: "o".repeat(100) };
		return { reference, id: digest, manifest: digest, ...words, layers, sizeBytes: bytes };
	};
	const layer = (diffId: string): BundledLayer => ({ diffId, digest, bytes, unpackedBytes: bytes });
	const entry = (name: string) => ({ name, bytes, sha256: hex });
	// A configuration and a manifest for each image, beside the layers.
	const blobs = Array.from({ length: diffIds.length + 2 * images.size }, () => names.blob(hex));
	return {
		images: [...images].map(([reference, facts]) => image(reference, facts.layers)),
		layers: diffIds.map(layer),
		entries: [...documents, names.index, ...blobs].map(entry),
	};
}
