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
import type { BundlesDeps, CarriedRangeSnapshot } from "./deps.ts";
import { formatName, names } from "./format.ts";
import { type DindImages, type GatheredBlueprints, gatherDindImages } from "./gather.ts";
import type { PartFiles } from "./part-files.ts";
import { fileError } from "./refusals.ts";
import type { SigningKey } from "./signing.ts";
import { type BundleContent, type ManifestHead, writeBundle } from "./write-bundle.ts";

export interface CreateOptions {
	readonly request: CreateBundleRequest;
	readonly gathered: GatheredBlueprints;
	readonly rangeSnapshots: readonly CarriedRangeSnapshot[];
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
	const { request, gathered, rangeSnapshots, task, key, parts } = options;
	const { signal } = task;
	task.plan([
		{ id: "find", title: "Find the images" },
		{ id: "write", title: "Take the images out of Docker and compress them" },
		{ id: "seal", title: "Write the table of contents" },
	]);
	task.start("find");
	const host = await deps.host.ready(signal);
	const dind = await gatherDindImages(host, deps.settings.get(), signal);
	const saved = rangeSnapshots.flatMap((one) =>
		one.parts.map((part) => deps.library.snapshotFacts(part.document).image),
	);
	const images = await findImages(host, [...gathered.images, ...saved, ...dind.images], task);
	task.done("find", dind.note ?? `${images.size} images`);

	const { part, forget } = await parts.beside(request.file);
	try {
		task.start("write");
		const taking = takingOf(host, images, task);
		const content = contentOf(deps, gathered, rangeSnapshots, dind);
		await writeBundle(part, { ...content, ...taking, images, key }, signal);
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

async function findImages(
	host: DockerEngine,
	references: readonly string[],
	task: TaskRun,
): Promise<Map<string, ImageFacts>> {
	const images = new Map<string, ImageFacts>();
	for (const reference of [...new Set(references)].sort()) {
		throwIfAborted(task.signal);
		await ensureHostImage(host, reference, {
			signal: task.signal,
			onProgress: ({ phase, done, total }) => {
				if (phase !== "pulling_to_host") return;
				task.progress("find", { unit: "bytes", done, total }, `Pulling ${reference}`);
			},
		});
		const facts = await inspectImage(host, reference, task.signal);
		if (facts === null) throw new HomerangeError("IMAGE_UNAVAILABLE", `The image ${reference} went away.`);
		images.set(reference, facts);
	}
	return images;
}

/** How the images come, with their bytes in the task. */
function takingOf(
	host: DockerEngine,
	images: ReadonlyMap<string, ImageFacts>,
	task: TaskRun,
): Pick<BundleContent, "save" | "onBytes" | "onTaken"> {
	const expected = [...images.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
	let done = 0;
	let told = 0;
	return {
		save: () => saveImages(host.api, [...images.keys()], task.signal),
		onBytes(bytes) {
			done += bytes;
			if (done - told < progressStepBytes) return;
			told = done;
			// Layers that images share are sent once: the end may come earlier than expected.
			task.progress("write", { unit: "bytes", done, total: Math.max(done, expected) });
		},
		onTaken() {
			task.progress("write", { unit: "bytes", done, total: done });
			task.done("write");
			task.start("seal");
		},
	};
}

function contentOf(
	{ library, productVersion }: BundlesDeps,
	gathered: GatheredBlueprints,
	rangeSnapshots: readonly CarriedRangeSnapshot[],
	dind: DindImages,
): Pick<BundleContent, "head" | "documents"> {
	// A blueprint can start from a part of a range's snapshot that is carried whole.
	const loose = gathered.snapshots.map((name) => library.snapshotDocument(name));
	const parts = rangeSnapshots.flatMap(({ parts: own }) => own);
	const snapshots = [...new Map([...loose, ...parts].map((one) => [one.id, one])).values()];
	const documents = new Map(gathered.entries);
	const add = (name: string, document: unknown) => documents.set(name, Buffer.from(JSON.stringify(document)));
	for (const name of gathered.templates) documents.set(names.template(name), Buffer.from(library.templateText(name)));
	for (const { id, document } of snapshots) add(names.snapshot(id), document);
	for (const { id, document } of rangeSnapshots) add(names.rangeSnapshot(id), document);
	const common: Omit<ManifestHead, "version"> = {
		format: formatName,
		createdAt: new Date().toISOString(),
		productVersion,
		dindImage: dind.setting,
		dindImages: [...dind.images],
		blueprints: [...gathered.blueprints],
		templates: [...gathered.templates],
		snapshots: snapshots.map(({ id, name }) => ({ id, name })),
	};
	if (rangeSnapshots.length === 0) return { head: { ...common, version: 1 }, documents };
	const bundled = rangeSnapshots.map(({ id, name, parts: own }) => ({ id, name, parts: own.map((part) => part.id) }));
	return { head: { ...common, version: 2, rangeSnapshots: bundled }, documents };
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
