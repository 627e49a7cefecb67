import { createHash } from "node:crypto";
import { z } from "zod";
import { type Budget, compressionOf, decompressed } from "./decompress.ts";
import { archiveInvalid, quoted } from "./invalid.ts";
import { readStaged, type Staged, type StagedFile } from "./staged.ts";

/** One image of an archive, every part of it found and none of its digests believed yet. */
export interface ArchiveImage {
	readonly config: StagedFile;
	/** Names that the archive gives it; may be empty. */
	readonly references: readonly string[];
	/** Lowest first. */
	readonly layers: readonly { readonly file: StagedFile; readonly diffId: string }[];
	readonly architecture: string;
	readonly os: string;
	/** ISO 8601; null when its configuration does not say it. */
	readonly createdAt: string | null;
}

/** A layer whose unpacked bytes are what the image's configuration says. */
export interface CheckedLayer {
	readonly file: StagedFile;
	readonly diffId: string;
	readonly unpackedBytes: number;
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const layersLimit = 512;

const imageConfigFile = z.looseObject({
	architecture: z.string().max(100).default(""),
	os: z.string().max(100).default(""),
	created: z.string().max(100).nullish(),
	rootfs: z.looseObject({ diff_ids: z.array(digest).max(layersLimit).nullish() }),
});

/** Puts an image together out of its configuration and its layers, lowest first. */
export async function archiveImage(
	staged: Staged,
	parts: { config: string; layers: readonly string[]; references: readonly string[] },
): Promise<ArchiveImage> {
	const config = staged.get(parts.config);
	const parsed = imageConfigFile.safeParse(await staged.parse(config, parts.config));
	if (!parsed.success) {
		throw archiveInvalid(staged.place, `${quoted(parts.config)} is not the configuration of an image`);
	}
	const { architecture, os, rootfs, created } = parsed.data;
	const diffIds = rootfs.diff_ids ?? [];
	if (diffIds.length !== parts.layers.length) {
		throw archiveInvalid(
			staged.place,
			`its manifest names ${parts.layers.length} layers and the image's configuration ${diffIds.length}`,
		);
	}
	const layers = parts.layers.map((name, index) => ({ file: staged.get(name), diffId: diffIds[index] ?? "" }));
	return { config, references: parts.references, layers, architecture, os, createdAt: created || null };
}

/** Unpacks each layer once and compares its digest with what the image's configuration says. Errors: `INPUT_INVALID`. */
export async function checkLayers(
	staged: Staged,
	images: readonly ArchiveImage[],
	budget: Budget,
	options: { signal?: AbortSignal; onProgress?: (done: number) => void },
): Promise<Map<string, CheckedLayer>> {
	const checked = new Map<string, CheckedLayer>();
	let done = 0;
	for (const { file, diffId } of images.flatMap((image) => image.layers)) {
		if (checked.has(diffId)) continue;
		options.signal?.throwIfAborted();
		const compression = compressionOf(file.head);
		// A plain layer was hashed when it was written.
		const { sha256, bytes } =
			compression === "none"
				? { sha256: file.sha256, bytes: file.sizeBytes }
				: await hashUnpacked(staged, file, budget, options.signal);
		if (`sha256:${sha256}` !== diffId) {
			throw archiveInvalid(
				staged.place,
				`the digest of a layer does not match: ${diffId} is told, sha256:${sha256} is there`,
			);
		}
		checked.set(diffId, { file, diffId, unpackedBytes: bytes });
		done += file.sizeBytes;
		options.onProgress?.(done);
	}
	return checked;
}

/** Packed bytes of all layers, each once: the whole of `checkLayers`. */
export function layerBytes(images: readonly ArchiveImage[]): number {
	const files = new Map(images.flatMap((image) => image.layers).map(({ diffId, file }) => [diffId, file.sizeBytes]));
	return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}

async function hashUnpacked(
	staged: Staged,
	file: StagedFile,
	budget: Budget,
	signal: AbortSignal | undefined,
): Promise<{ sha256: string; bytes: number }> {
	const hash = createHash("sha256");
	let bytes = 0;
	try {
		for await (const chunk of decompressed(readStaged(file, signal), compressionOf(file.head), budget)) {
			hash.update(chunk);
			bytes += chunk.length;
		}
	} catch (error) {
		if (error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code))) {
			throw archiveInvalid(staged.place, `one of its layers is damaged (${error.message})`);
		}
		throw error;
	}
	return { sha256: hash.digest("hex"), bytes };
}
