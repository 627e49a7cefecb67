import { access, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { CreateBundleRequest } from "../../contract/bundles.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { saveImages } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ImageFacts, inspectImage } from "../docker/image-inspect.ts";
import { ensureHostImage } from "../docker/images.ts";
import { throwIfAborted } from "../docker/limits.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { BundleWriter, sha256 } from "./bundle-writer.ts";
import type { BundlesDeps } from "./deps.ts";
import {
	type BundledImage,
	type BundledLayer,
	type BundleManifest,
	formatName,
	formatVersion,
	names,
} from "./format.ts";
import { type DindImages, type GatheredBlueprints, gatherDindImages } from "./gather.ts";
import { imageDocuments, ociIndex, ociLayout } from "./oci.ts";
import type { PartFiles } from "./part-files.ts";
import { fileError } from "./refusals.ts";
import { takeSavedImages } from "./saved-images.ts";
import { type SigningKey, signatureOf } from "./signing.ts";

export interface CreateOptions {
	readonly request: CreateBundleRequest;
	readonly gathered: GatheredBlueprints;
	readonly key: SigningKey | null;
	readonly task: TaskRun;
	readonly parts: PartFiles;
}

const progressStepBytes = 1024 * 1024;

/** NAME_TAKEN when there is a file already that may not be written over. */
export async function refuseTakenFile({ file, replace }: CreateBundleRequest): Promise<void> {
	if (replace) return;
	const isThere = await access(file).then(
		() => true,
		() => false,
	);
	if (!isThere) return;
	throw new HomerangeError("NAME_TAKEN", `There is a file ${file} already.`, {
		place: file,
		remedy: "Choose another name, or agree to write over it (--replace).",
	});
}

/** Writes the bundle. The file has its name when it is whole; a failure or a cancel leaves nothing of it. */
export async function createBundle(deps: BundlesDeps, options: CreateOptions): Promise<void> {
	const { request, gathered, task, key, parts } = options;
	const { signal } = task;
	task.plan([
		{ id: "find", title: "Find the images" },
		{ id: "write", title: "Take the images out of Docker and compress them" },
		{ id: "seal", title: "Write the table of contents" },
	]);
	task.start("find");
	const host = await deps.host.ready(signal);
	const dind = await gatherDindImages(host, deps.settings.get(), signal);
	const documents = documentsOf(deps, gathered);
	const images = await findImages(host, [...gathered.images, ...documents.images, ...dind.images], task);
	task.done("find", dind.note ?? `${images.size} images`);

	const { part, forget } = await parts.beside(request.file);
	try {
		const manifestOf = manifestWriter(deps, { gathered, dind, snapshots: documents.snapshots, key });
		const room = manifestOf(...largest([...documents.entries.keys()], images)).length;
		const writer = await BundleWriter.create(part, room, key !== null);
		try {
			for (const [name, content] of [...documents.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
				await writer.add(name, content);
			}
			task.start("write");
			const taken = await takeImages(host, images, writer, task);
			task.done("write");
			task.start("seal");
			throwIfAborted(signal);
			const bundled = imageDocuments(images, taken);
			for (const [name, content] of bundled.entries) await writer.add(name, content);
			await writer.add(names.index, ociIndex(bundled.images, bundled.entries));
			const manifest = manifestOf(bundled.images, taken.layers, writer.entries);
			const padded = Buffer.concat([manifest, Buffer.alloc(room - manifest.length, " ")]);
			await writer.finish(padded, key === null ? null : signatureOf(padded, key));
		} finally {
			await writer.close();
		}
		throwIfAborted(signal);
		await refuseTakenFile(request);
		await rename(part, request.file);
		await syncFolder(dirname(request.file));
		task.done("seal");
	} catch (error) {
		await rm(part, { force: true });
		throw fileError(error, request.file);
	} finally {
		await forget();
	}
}

function documentsOf(deps: BundlesDeps, gathered: GatheredBlueprints) {
	const entries = new Map(gathered.entries);
	entries.set(names.layout, ociLayout);
	const snapshots = gathered.snapshots.map((name) => deps.library.snapshotDocument(name));
	for (const name of gathered.templates)
		entries.set(names.template(name), Buffer.from(deps.library.templateText(name)));
	for (const { id, document } of snapshots) entries.set(names.snapshot(id), Buffer.from(JSON.stringify(document)));
	return { entries, snapshots: snapshots.map(({ id, name }) => ({ id, name })), images: [] as string[] };
}

async function findImages(
	host: DockerEngine,
	references: readonly string[],
	task: TaskRun,
): Promise<Map<string, ImageFacts>> {
	const images = new Map<string, ImageFacts>();
	for (const reference of [...new Set(references)].sort()) {
		const report = (done: number, total: number | null) =>
			task.progress("find", { unit: "bytes", done, total }, `Looking for ${reference}`);
		await ensureHostImage(host, reference, {
			signal: task.signal,
			onProgress: ({ phase, done, total }) => phase === "pulling_to_host" && report(done, total),
		});
		const facts = await inspectImage(host, reference, task.signal);
		if (facts === null) throw new HomerangeError("IMAGE_UNAVAILABLE", `The image ${reference} went away.`);
		images.set(reference, facts);
	}
	return images;
}

async function takeImages(
	host: DockerEngine,
	images: ReadonlyMap<string, ImageFacts>,
	writer: BundleWriter,
	task: TaskRun,
) {
	const wanted = new Set([...images.values()].flatMap(({ layers }) => layers));
	const expected = [...images.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
	let done = 0;
	let told = 0;
	const saved = await saveImages(host.api, [...images.keys()], task.signal);
	return await takeSavedImages(
		saved,
		wanted,
		writer,
		(bytes) => {
			done += bytes;
			if (done - told < progressStepBytes) return;
			told = done;
			// Layers that images share are sent once: the end may come earlier than expected.
			task.progress("write", { unit: "bytes", done, total: Math.max(done, expected) });
		},
		task.signal,
	);
}

interface ManifestParts {
	readonly gathered: GatheredBlueprints;
	readonly dind: DindImages;
	readonly snapshots: BundleManifest["snapshots"];
	readonly key: SigningKey | null;
}

type ManifestRest = [
	images: readonly BundledImage[],
	layers: readonly BundledLayer[],
	entries: BundleManifest["entries"],
];

function manifestWriter({ productVersion }: BundlesDeps, { gathered, dind, snapshots, key }: ManifestParts) {
	const createdAt = new Date().toISOString();
	return (...[images, layers, entries]: ManifestRest): Buffer => {
		const manifest: BundleManifest = {
			format: formatName,
			version: formatVersion,
			createdAt,
			productVersion,
			signer: key?.signer ?? null,
			dindImage: dind.setting,
			dindImages: [...dind.images],
			blueprints: [...gathered.blueprints],
			templates: [...gathered.templates],
			snapshots: [...snapshots],
			images: [...images],
			layers: [...layers].sort((a, b) => (a.diffId < b.diffId ? -1 : 1)),
			entries: [...entries],
		};
		return Buffer.from(`${JSON.stringify(manifest)}\n`);
	};
}

/** What the table of contents says at most: every number at its longest. It tells how much room to leave for it. */
function largest(documents: readonly string[], images: ReadonlyMap<string, ImageFacts>): ManifestRest {
	const digest = `sha256:${sha256(Buffer.alloc(0))}`;
	const hex = sha256(Buffer.alloc(0));
	const bytes = Number.MAX_SAFE_INTEGER;
	const layers = [...new Set([...images.values()].flatMap((facts) => facts.layers))];
	const blobs = layers.length + 2 * images.size;
	return [
		[...images].map(([reference, facts]) => ({
			reference,
			id: digest,
			manifest: digest,
			architecture: "a".repeat(100),
			os: "o".repeat(100),
			layers: facts.layers,
			sizeBytes: bytes,
		})),
		layers.map((diffId) => ({ diffId, digest, bytes, unpackedBytes: bytes })),
		[
			...[...documents, names.index].map((name) => ({ name, bytes, sha256: hex })),
			...Array.from({ length: blobs }, () => ({ name: names.blob(hex), bytes, sha256: hex })),
		],
	];
}

/** A new name is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
