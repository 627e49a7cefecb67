import { pipeline } from "node:stream/promises";
import { HomerangeError } from "../../contract/errors.ts";
import { blueprintText, parseTemplate } from "../blueprint/index.ts";
import { abortError } from "../docker/limits.ts";
import type { BundleReader, Place } from "./bundle-reader.ts";
import { sha256 } from "./bundle-writer.ts";
import type { CarriedRangeSnapshot, CarriedSnapshot } from "./deps.ts";
import { type BundledImage, type BundledLayer, hexOf, limits, names } from "./format.ts";
import { type InstalledBlueprint, meetingPath } from "./installed-blueprints.ts";
import { discard, Meter, unpackZstd } from "./packing.ts";
import { readSnapshots } from "./read-snapshots.ts";
import { damaged } from "./refusals.ts";
import { imageConfig, parseJson } from "./saved-images.ts";
import type { VerifiedEntries } from "./verified-entries.ts";

/** A bundle whose every byte was checked, with its documents in memory. */
export interface VerifiedBundle {
	readonly reader: BundleReader;
	readonly places: ReadonlyMap<string, Place>;
	/** Configurations of the images, by id. */
	readonly configs: ReadonlyMap<string, Buffer>;
	readonly templates: ReadonlyMap<string, string>;
	/** Of machines, without those that are parts of a range's. */
	readonly snapshots: readonly CarriedSnapshot[];
	readonly rangeSnapshots: readonly CarriedRangeSnapshot[];
	readonly blueprints: readonly InstalledBlueprint[];
}

/**
 * Reads the whole bundle and compares it with its table of contents: every entry's digest, every layer's size and digest
 * when it is unpacked, and that what refers to something finds it. What was checked before an interruption, in this very
 * file, is not read again. INPUT_INVALID at the first difference.
 */
export async function verifyBundle(
	reader: BundleReader,
	verified: VerifiedEntries,
	onBytes: (done: number, total: number) => void,
	signal: AbortSignal,
): Promise<VerifiedBundle> {
	const { manifest, file } = reader;
	const places = await reader.places();
	const layers = new Map(manifest.layers.map((layer) => [names.blob(hexOf(layer.digest)), layer]));
	const total = [...places.values()].reduce((sum, { bytes }) => sum + bytes, 0);
	let done = 0;
	for (const [name, place] of places) {
		if (!verified.has(name)) {
			const layer = layers.get(name);
			if (layer !== undefined && layer.bytes !== place.bytes)
				throw damaged(file, `the size of the layer ${name} differs`);
			await verifyEntry(reader, name, place, layer, (bytes) => onBytes(done + bytes, total), signal);
			await verified.add(name);
		}
		done += place.bytes;
		onBytes(done, total);
	}
	return { reader, places, ...(await readDocuments(reader, places)) };
}

async function verifyEntry(
	reader: BundleReader,
	name: string,
	place: Place,
	layer: BundledLayer | undefined,
	onBytes: (bytes: number) => void,
	signal: AbortSignal,
): Promise<void> {
	const { file } = reader;
	const packed = new Meter();
	packed.on("data", () => onBytes(packed.bytes));
	const source = reader.stream(place);
	if (layer === undefined) await pipeline(source, packed, discard, { signal });
	else {
		const unpacked = new Meter(layer.unpackedBytes, () =>
			damaged(file, `the layer ${name} unpacks to more than the ${layer.unpackedBytes} bytes that it should`),
		);
		try {
			await pipeline(source, packed, unpackZstd(), unpacked, discard, { signal });
		} catch (error) {
			if (signal.aborted || error instanceof HomerangeError) throw signal.aborted ? abortError() : error;
			throw damaged(file, `the layer ${name} cannot be unpacked`, String(error));
		}
		if (unpacked.bytes !== layer.unpackedBytes || unpacked.digest() !== layer.diffId) {
			throw damaged(file, `the layer ${name} unpacks to something else than it should`);
		}
	}
	if (hexOf(packed.digest()) !== place.sha256) throw damaged(file, `${name} is damaged`);
}

async function readDocuments(reader: BundleReader, places: ReadonlyMap<string, Place>) {
	const { manifest, file } = reader;
	/** A document, compared again: what was checked before an interruption is only remembered. */
	async function document(name: string, limit: number = limits.documentBytes): Promise<Buffer> {
		const place = places.get(name);
		if (place === undefined) throw damaged(file, `it names ${name} and does not hold it`);
		const content = await reader.read(place, limit);
		if (sha256(content) !== place.sha256) throw damaged(file, `${name} is damaged`);
		return content;
	}

	const layers = new Set(manifest.layers.map(({ diffId }) => diffId));
	const blobs = manifest.layers.map(({ digest }) => digest);
	const absent = [...blobs, ...manifest.images.map((image) => image.manifest)].find(
		(digest) => !places.has(names.blob(hexOf(digest))),
	);
	if (absent !== undefined) throw damaged(file, `it names the blob ${hexOf(absent)} and does not hold it`);
	if (layers.size !== manifest.layers.length) throw damaged(file, "it lists a layer twice");
	const configs = new Map<string, Buffer>();
	for (const image of manifest.images) {
		const config = await document(names.blob(hexOf(image.id)));
		checkConfig(file, image, config, layers);
		configs.set(image.id, config);
	}
	const templates = new Map<string, string>();
	for (const name of manifest.templates) {
		const text = (await document(names.template(name), limits.textBytes)).toString();
		const { template } = parseTemplate(text, names.template(name));
		if (template?.name !== name) throw damaged(file, `the template ${name} is not valid`);
		templates.set(name, text);
	}
	const snapshots = await readSnapshots(manifest, file, document);
	const blueprints: InstalledBlueprint[] = [];
	for (const { name, files } of manifest.blueprints) {
		const contents = new Map([[blueprintText, await document(names.blueprint(name), limits.textBytes)]]);
		let together = 0;
		for (const { path, sha256: digest } of files) {
			const content = await document(names.source(digest), limits.sourceBytes);
			together += content.length;
			if (together > limits.sourceBytesTogether)
				throw damaged(file, `the files of ${name} are larger than 64 MiB together`);
			if (contents.has(path)) throw damaged(file, `it lists the file ${path} of ${name} twice`);
			contents.set(path, content);
		}
		const meeting = meetingPath([...contents.keys()]);
		if (meeting !== null) throw damaged(file, `two files of ${name} would be one: ${meeting}`);
		blueprints.push({ name, files: contents });
	}
	return { configs, templates, ...snapshots, blueprints };
}

function checkConfig(file: string, image: BundledImage, config: Buffer, layers: ReadonlySet<string>): void {
	const parsed = imageConfig.safeParse(parseJson(config));
	if (!parsed.success) throw damaged(file, `the configuration of ${image.reference} is not valid`);
	if (parsed.data.rootfs.diff_ids.join() !== image.layers.join()) {
		throw damaged(file, `the layers of ${image.reference} are not those of its configuration`);
	}
	const missing = image.layers.find((diffId) => !layers.has(diffId));
	if (missing !== undefined) throw damaged(file, `it does not hold the layer ${hexOf(missing)} of ${image.reference}`);
}
