import { pack } from "tar-stream";
import type { ArchiveImage, CheckedLayer } from "./archive-image.ts";
import { Budget, compressionOf, decompressed } from "./decompress.ts";
import { archiveLimits } from "./invalid.ts";
import { readStaged, type Staged, type StagedFile } from "./staged.ts";

/** An image of the archive with the names that it is to have. */
export interface NamedImage {
	readonly image: ArchiveImage;
	readonly references: readonly string[];
}

export interface Repacked {
	readonly stream: ReturnType<typeof pack>;
	/** Bytes that will flow, without the tar's own. */
	readonly sizeBytes: number;
}

/**
 * An archive as docker load takes it, made of checked parts only: what the engine gets is not what came, but what was
 * looked at. Layers go plain, so that the oldest engines take them.
 */
export function repack(
	staged: Staged,
	images: readonly NamedImage[],
	layers: ReadonlyMap<string, CheckedLayer>,
	signal: AbortSignal,
): Repacked {
	const stream = pack();
	// Whoever reads it listens, too; until then an error waits in the stream.
	stream.on("error", () => undefined);
	const configs = new Map(images.map(({ image }) => [image.config.sha256, image.config]));
	const sizeBytes = [...layers.values()].reduce((sum, layer) => sum + layer.unpackedBytes, 0);
	const work = async () => {
		for (const [sha256, config] of configs)
			await writeFile(stream, `${sha256}.json`, config, config.sizeBytes, { staged, signal });
		for (const { file, diffId, unpackedBytes } of layers.values()) {
			await writeFile(stream, layerName(diffId), file, unpackedBytes, { staged, signal });
		}
		const manifest = images.map(({ image, references }) => ({
			Config: `${image.config.sha256}.json`,
			RepoTags: references,
			Layers: image.layers.map((layer) => layerName(layer.diffId)),
		}));
		stream.entry({ name: "manifest.json" }, JSON.stringify(manifest));
		stream.finalize();
	};
	work().catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
	return { stream, sizeBytes };
}

function layerName(diffId: string): string {
	return `${diffId.slice("sha256:".length)}/layer.tar`;
}

async function writeFile(
	stream: ReturnType<typeof pack>,
	name: string,
	file: StagedFile,
	size: number,
	{ staged, signal }: { staged: Staged; signal: AbortSignal },
): Promise<void> {
	const { promise: written, resolve, reject } = Promise.withResolvers<void>();
	const entry = stream.entry({ name, size, mode: 0o644 }, (error) => (error ? reject(error) : resolve()));
	// It goes down together with the archive, which tells why.
	entry.on("error", () => undefined);
	// A reader that went away takes its entry along, without a word.
	const onClose = () => reject(new Error("The archive's reader went away."));
	stream.once("close", onClose);
	written.catch(() => undefined);
	try {
		const budget = new Budget(archiveLimits, staged.place);
		for await (const chunk of decompressed(readStaged(file, signal), compressionOf(file.head), budget)) {
			if (entry.write(chunk)) continue;
			await Promise.race([new Promise<void>((go) => entry.once("drain", go)), written]);
		}
		entry.end(null);
		await written;
	} finally {
		stream.off("close", onClose);
	}
}
