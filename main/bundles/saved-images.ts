import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { familiarName, type ImageFacts } from "../docker/image-inspect.ts";
import { abortError } from "../docker/limits.ts";
import { type BundleWriter, sha256 } from "./bundle-writer.ts";
import { type BundledLayer, hexOf, limits, names } from "./format.ts";
import { repack } from "./packing.ts";

/** Of all documents of one stream; a configuration is a few kilobytes. */
const documentsTogether = 128 * 1024 * 1024;
/** Less than this is no tar, packed or not: the streams of old engines have a version's number beside each layer. */
const smallestLayer = 32;

export interface SavedImages {
	/** By name in the stream, and by digest. */
	readonly documents: ReadonlyMap<string, Buffer>;
	readonly layers: readonly BundledLayer[];
}

/**
 * Takes the layers that are wanted out of a stream of `docker save`, each once, into the bundle. A layer is known by its
 * content: its names differ between generations of engines and kinds of image stores, and so does its packing.
 */
export async function takeSavedImages(
	saved: Readable,
	wanted: ReadonlySet<string>,
	writer: BundleWriter,
	onBytes: (bytes: number) => void,
	signal: AbortSignal,
): Promise<SavedImages> {
	const documents = new Map<string, Buffer>();
	const layers = new Map<string, BundledLayer>();
	let kept = 0;

	async function takeLayer(stream: Readable, start: Buffer): Promise<void> {
		let packed = { bytes: 0, sha256: "" };
		const { diffId, bytes } = await repack(
			stream,
			start,
			async (chunks) => {
				packed = await writer.append(chunks);
			},
			signal,
		);
		if (!wanted.has(diffId) || layers.has(diffId)) return;
		await writer.name(names.blob(packed.sha256), packed);
		layers.set(diffId, { diffId, digest: `sha256:${packed.sha256}`, bytes: packed.bytes, unpackedBytes: bytes });
	}

	const entries = extract();
	saved.once("error", (error) => entries.destroy(error));
	saved.once("close", () => {
		if (!saved.readableEnded) entries.destroy(new Error("the engine's stream of images broke off"));
	});
	saved.on("data", (chunk: Buffer) => onBytes(chunk.length));
	saved.pipe(entries);
	try {
		for await (const entry of entries) {
			const { name, type, size = 0 } = entry.header;
			const stream = Readable.from(entry, { objectMode: false });
			if (type !== "file") {
				stream.resume();
			} else if (size <= limits.documentBytes) {
				const content = await buffer(stream);
				const digest = `sha256:${sha256(content)}`;
				if ((content[0] === 0x7b || content[0] === 0x5b) && !wanted.has(digest)) {
					kept += content.length;
					if (kept > documentsTogether) throw unusable("it describes these images with more than 128 MiB of text");
					documents.set(name, content);
					documents.set(digest, content);
				} else if (content.length >= smallestLayer) await takeLayer(Readable.from([content]), content);
			} else {
				const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
				const first = await chunks.next();
				if (!first.done) await takeLayer(Readable.from(rejoined(first.value, chunks)), first.value);
			}
		}
	} catch (error) {
		throw signal.aborted ? abortError() : error;
	} finally {
		saved.destroy();
		entries.destroy();
	}
	const missing = [...wanted].find((diffId) => !layers.has(diffId));
	if (missing !== undefined) throw unusable(`it left out the layer ${hexOf(missing).slice(0, 12)}`);
	return { documents, layers: [...layers.values()] };
}

async function* rejoined(start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
	yield start;
	for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

const dockerManifest = z.array(
	z.object({ Config: z.string().max(4096), RepoTags: z.array(z.string().max(1000)).nullish() }),
);

export const imageConfig = z.looseObject({
	architecture: z.string().default(""),
	os: z.string().default("linux"),
	rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

/**
 * The image's configuration. A classic store calls the image after it; a containerd store calls the image after a
 * manifest, and the list of what was saved says which configuration it has.
 */
export function configOf(reference: string, facts: ImageFacts, documents: ReadonlyMap<string, Buffer>): Buffer {
	const list = documents.get("manifest.json");
	const saved = list === undefined ? [] : (dockerManifest.safeParse(parseJson(list)).data ?? []);
	const named = saved.filter(({ RepoTags: tags }) =>
		tags?.some((tag) => familiarName(tag) === familiarName(reference)),
	);
	const candidates = [facts.id, ...named.map(({ Config: config }) => config)];
	for (const candidate of candidates) {
		const content = documents.get(candidate);
		const parsed = content === undefined ? null : imageConfig.safeParse(parseJson(content));
		if (content !== undefined && parsed?.success && isSame(parsed.data.rootfs.diff_ids, facts.layers)) return content;
	}
	throw unusable(`it left out the configuration of ${reference}`);
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

export function parseJson(content: Buffer): unknown {
	try {
		return JSON.parse(content.toString());
	} catch {
		// Not every document of these streams is ours to understand; a schema refuses what should have been one.
		return null;
	}
}

function unusable(why: string): HomerangeError {
	return new HomerangeError("ENGINE_REFUSED", `The images cannot be taken from the Docker Engine: ${why}.`, {
		remedy: "Try again; if it happens again, see whether `docker save` of these images works.",
	});
}
