import { Readable } from "node:stream";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import type { ImportImageRequest } from "../../contract/images.ts";
import { printable } from "../docker/api-errors.ts";
import { asking } from "../docker/asking.ts";
import { spaceOf } from "../docker/data-folder.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ImageFacts, imageReference, inspectImage } from "../docker/image-inspect.ts";
import { readImageLines } from "../docker/image-lines.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { type ArchiveImage, checkLayers, layerBytes } from "./archive/archive-image.ts";
import { Budget } from "./archive/decompress.ts";
import { readDockerArchive } from "./archive/docker-archive.ts";
import { archiveInvalid, archiveLimits } from "./archive/invalid.ts";
import { readOciLayout } from "./archive/oci-layout.ts";
import { type NamedImage, repack } from "./archive/repack.ts";
import { stageArchive, stageLayoutFolder } from "./archive/stage.ts";
import type { Staged } from "./archive/staged.ts";
import type { ListParts } from "./image-list.ts";
import { nameFromFile, type Recognized } from "./recognize.ts";
import { canonicalReference } from "./reference.ts";

/** Left free where the data folder is. */
const reserveBytes = 1024 ** 3;
const platform = z.object({ Arch: z.string() });

/**
 * Brings the images of an archive or an OCI layout onto the host's engine: unpacked into a folder of ours and checked
 * there, then sent as an archive of checked parts only, then looked at once more. Gives their names.
 */
export async function importContainerImages(
	parts: ListParts,
	request: ImportImageRequest,
	recognized: Extract<Recognized, { kind: "archive" | "layout" }>,
	folder: string,
	task: TaskRun,
): Promise<string[]> {
	task.plan([
		{ id: "unpack", title: `Unpack ${request.path}` },
		{ id: "check", title: "Compare its digests" },
		{ id: "load", title: "Load it into Docker" },
	]);
	const host = await parts.deps.host.ready(task.signal);
	task.start("unpack");
	const { freeBytes } = await spaceOf(folder);
	const limits = { ...archiveLimits, bytes: Math.min(archiveLimits.bytes, Math.max(0, freeBytes - reserveBytes)) };
	const total = recognized.kind === "archive" ? recognized.sizeBytes : null;
	const onProgress = (done: number) => task.progress("unpack", { unit: "bytes", done, total });
	const stage = recognized.kind === "archive" ? stageArchive : stageLayoutFolder;
	const staged = await stage(request.path, { folder, limits, signal: task.signal, onProgress });
	task.done("unpack", `${staged.names().length} files`);

	task.start("check");
	const images = await readImages(staged, host, task.signal);
	const named = nameImages(images, request);
	await refuseTakenNames(host, named, request, task.signal);
	const packed = layerBytes(images);
	const layers = await checkLayers(staged, images, new Budget(limits, request.path), {
		signal: task.signal,
		onProgress: (done) => task.progress("check", { unit: "bytes", done, total: packed }),
	});
	task.done("check", `${layers.size} layers are what they say`);

	task.start("load");
	const { stream, sizeBytes } = repack(staged, named, layers, task.signal);
	await load(host, request.path, Readable.from(stream, { objectMode: false }), task.signal, (done, note) =>
		task.progress("load", { unit: "bytes", done, total: Math.max(done, sizeBytes) }, note),
	);
	const references: string[] = [];
	for (const one of named) {
		for (const reference of one.references) {
			const facts = await inspectImage(host, reference, task.signal);
			if (facts === null || !isThatImage(facts, one.image)) throw notWhole(reference, one.image, facts);
			parts.records.note({ reference, id: facts.id, sizeBytes: facts.sizeBytes });
			references.push(reference);
		}
	}
	task.done("load", references.join(", "));
	return references;
}

async function readImages(staged: Staged, host: DockerEngine, signal: AbortSignal): Promise<ArchiveImage[]> {
	if (staged.find("manifest.json") !== null) return await readDockerArchive(staged);
	if (staged.find("index.json") !== null && staged.find("oci-layout") !== null) {
		const { Arch: architecture } = platform.parse(await asking(host.api).version({ abortSignal: signal }));
		return await readOciLayout(staged, architecture);
	}
	throw archiveInvalid(
		staged.place,
		"it has neither the manifest.json of docker save nor the index.json of an OCI layout",
	);
}

function nameImages(images: readonly ArchiveImage[], { name, path }: ImportImageRequest): NamedImage[] {
	if (name !== undefined) {
		const [image] = images;
		if (image === undefined || images.length > 1) {
			throw new HomerangeError("INPUT_INVALID", `${path} holds ${images.length} images; one name is not enough.`, {
				place: path,
				remedy: "Import it without a name: its images keep theirs.",
			});
		}
		return [{ image, references: [imageReference(name)] }];
	}
	return images.map((image, index) => {
		const own = `${nameFromFile(path)}:${index === 0 ? "imported" : `imported-${index + 1}`}`;
		const references = image.references.length > 0 ? image.references.map(imageReference) : [own];
		return { image, references: [...new Set(references)] };
	});
}

/** An archive can call itself whatever it likes: it does not get to replace what that name means here. */
async function refuseTakenNames(
	host: DockerEngine,
	named: readonly NamedImage[],
	{ overwrite }: ImportImageRequest,
	signal: AbortSignal,
): Promise<void> {
	if (overwrite) return;
	for (const { image, references } of named) {
		for (const reference of references) {
			const present = await inspectImage(host, reference, signal);
			if (present === null || isThatImage(present, image)) continue;
			throw new HomerangeError("NAME_TAKEN", `${reference} is another image here.`, {
				place: reference,
				remedy: "Import it under another name, or say that it shall replace the other one (--overwrite).",
			});
		}
	}
}

async function load(
	host: DockerEngine,
	place: string,
	archive: Readable,
	signal: AbortSignal,
	onProgress: (done: number, note?: string) => void,
): Promise<void> {
	let done = 0;
	archive.on("data", (chunk: Buffer) => {
		done += chunk.length;
		onProgress(done);
	});
	// The transport's pipe takes over from here; what it is too slow for waits.
	archive.pause();
	const failure = {
		code: "IMAGE_UNAVAILABLE" as const,
		message: `Docker cannot load ${place}`,
		remedy: "Its parts are what they say; look at the detail for what Docker does not like.",
		place,
	};
	try {
		const answer = await asking(host.api).loadImage(archive, { quiet: false, abortSignal: signal });
		await readImageLines(answer, failure, ({ status, stream }) => {
			const note = stream ?? status;
			if (note) onProgress(done, printable(note, 200));
		});
	} finally {
		archive.destroy();
	}
}

/** A classic store's id is the configuration's digest; in another kind of store an image is known by what it consists of. */
function isThatImage(facts: ImageFacts, image: ArchiveImage): boolean {
	if (facts.id === `sha256:${image.config.sha256}`) return true;
	const moment = (text: string | null) => (text === null ? 0 : Date.parse(text));
	const layers = image.layers.map((layer) => layer.diffId);
	return (
		layers.length > 0 &&
		layers.join() === facts.layers.join() &&
		facts.architecture === image.architecture &&
		moment(facts.createdAt) === moment(image.createdAt)
	);
}

function notWhole(reference: string, image: ArchiveImage, facts: ImageFacts | null): HomerangeError {
	return new HomerangeError("IMAGE_UNAVAILABLE", `${reference} did not arrive whole in Docker.`, {
		place: canonicalReference(reference),
		remedy: "Import it again; if it happens again, look at the disk space of the Docker Engine.",
		detail: `expected sha256:${image.config.sha256}, found ${facts?.id ?? "nothing"}`,
	});
}
