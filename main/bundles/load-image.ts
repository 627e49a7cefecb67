import { once } from "node:events";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";
import { HomerangeError } from "../../contract/errors.ts";
import { asking } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { inspectImage } from "../docker/image-inspect.ts";
import { readImageLines } from "../docker/image-lines.ts";
import { abortError } from "../docker/limits.ts";
import { type BundledImage, hexOf, names } from "./format.ts";
import { Bound, unpackZstd } from "./packing.ts";
import { isBundled } from "./present-images.ts";
import { damaged } from "./refusals.ts";
import type { VerifiedBundle } from "./verify-bundle.ts";

/**
 * Loads one image of the bundle as a stream of the form that every engine takes, with only these layers in it. The engine
 * has the whole image afterwards, or nothing of it.
 */
export async function loadImage(
	host: DockerEngine,
	bundle: VerifiedBundle,
	image: BundledImage,
	layers: readonly string[],
	onBytes: (bytes: number) => void,
	signal: AbortSignal,
): Promise<void> {
	const config = bundle.configs.get(image.id);
	if (config === undefined) throw new Error(`the configuration of ${image.reference} was not read`);
	const stop = new AbortController();
	const both = AbortSignal.any([signal, stop.signal]);
	const archive = pack();
	const written = writeArchive(archive, bundle, image, config, layers, onBytes, both).catch((error: unknown) => {
		archive.destroy(error instanceof Error ? error : new Error(String(error)));
		throw error;
	});
	// Its error is the cause when both fail; until then nobody waits for it.
	written.catch(() => undefined);
	try {
		const body = archive as unknown as Readable;
		const answer = await asking(host.api).loadImage(body, { quiet: false, abortSignal: both });
		await readImageLines(answer, refusal(image.reference), () => undefined);
		await written;
	} catch (error) {
		if (signal.aborted) throw abortError();
		stop.abort();
		throw await written.then(
			() => error,
			(cause: unknown) => (cause instanceof HomerangeError ? cause : error),
		);
	} finally {
		stop.abort();
		archive.destroy();
	}
	const arrived = await inspectImage(host, image.reference, signal);
	if (arrived !== null && isBundled(arrived, image, config)) return;
	throw new HomerangeError("IMAGE_UNAVAILABLE", `${image.reference} did not arrive whole in Docker.`, {
		place: image.reference,
		remedy: "Install the bundle again; if it happens again, look at the disk space of the Docker Engine.",
		detail: arrived === null ? "the engine does not have it" : `expected ${image.id}, found ${arrived.id}`,
	});
}

async function writeArchive(
	archive: Pack,
	bundle: VerifiedBundle,
	image: BundledImage,
	config: Buffer,
	layers: readonly string[],
	onBytes: (bytes: number) => void,
	signal: AbortSignal,
): Promise<void> {
	const { reader, places } = bundle;
	const configName = `${hexOf(image.id)}.json`;
	await addDocument(archive, configName, config);
	let sent = 0;
	for (const diffId of layers) {
		const layer = reader.manifest.layers.find((one) => one.diffId === diffId);
		const place = layer === undefined ? undefined : places.get(names.blob(hexOf(layer.digest)));
		if (layer === undefined || place === undefined) throw new Error(`the layer ${diffId} was not found before`);
		const changed = () => damaged(reader.file, "it was changed while it was being installed");
		const counted = new Bound(layer.unpackedBytes, changed);
		counted.on("data", () => onBytes(sent + counted.bytes));
		const entry = archive.entry({ name: layerName(diffId), size: layer.unpackedBytes });
		await pipeline(reader.stream(place), unpackZstd(), counted, entry, { signal });
		if (counted.bytes !== layer.unpackedBytes) throw changed();
		sent += counted.bytes;
	}
	const list = [{ Config: configName, RepoTags: [image.reference], Layers: image.layers.map(layerName) }];
	await addDocument(archive, "manifest.json", Buffer.from(JSON.stringify(list)));
	archive.finalize();
}

const layerName = (diffId: string): string => `${hexOf(diffId)}/layer.tar`;

async function addDocument(archive: Pack, name: string, content: Buffer): Promise<void> {
	const entry = archive.entry({ name, size: content.length });
	entry.end(content);
	await once(entry, "finish");
}

function refusal(place: string) {
	return {
		code: "IMAGE_UNAVAILABLE" as const,
		message: `${place} cannot be loaded into Docker`,
		remedy: "Look at the detail; then install the bundle again.",
		place,
	};
}
