import { HomerangeError } from "../../contract/errors.ts";
import { architectureVerdict } from "./architecture.ts";
import type { DockerEngine, InnerEngine } from "./engine.ts";
import { type ImageFacts, imageReference, inspectImage, isSameImage } from "./image-inspect.ts";
import { pullImage } from "./image-pull.ts";
import { type ImageStreamOptions, streamMissing } from "./image-stream.ts";
import { chainIds, filesToLeaveOut } from "./layer-chains.ts";
import { abortError, throwIfAborted } from "./limits.ts";

export type TransferPhase =
	| "starting"
	| "found_on_host"
	| "pulling_to_host"
	| "pulled_to_host"
	| "already_exists"
	| "transferring"
	| "complete"
	| "error";

export interface TransferProgress {
	phase: TransferPhase;
	/** Bytes. */
	done: number;
	/** Bytes, as good as it is known; null while nobody knows. */
	total: number | null;
	note?: string;
}

export interface TransferOptions {
	signal?: AbortSignal | undefined;
	onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** Images of the inner engine that are compared with the host's when no id matches. */
const comparedImages = 64;
/** Images whose layers are asked for, to leave those out of what is sent: more than that only cost bytes. */
const askedImages = 256;

export async function inspectHostImage(
	host: DockerEngine,
	image: string,
	signal?: AbortSignal,
): Promise<ImageFacts | null> {
	return await inspectImage(host, imageReference(image), signal);
}

/** The image on the host engine, pulled when it is not there. IMAGE_UNAVAILABLE when that cannot be. */
export async function ensureHostImage(
	host: DockerEngine,
	image: string,
	options: TransferOptions = {},
): Promise<{ id: string; sizeBytes: number; architecture: string }> {
	const { signal } = options;
	const reference = imageReference(image);
	const report = reporter(options);
	return await report.errors(async () => {
		report.phase("starting");
		let facts = await inspectImage(host, reference, signal);
		if (facts) {
			report.phase("found_on_host", facts.sizeBytes, facts.sizeBytes);
		} else {
			if (isOwnImage(reference)) throw gone(image);
			report.phase("pulling_to_host");
			await pullImage(host, reference, (done, total) => report.phase("pulling_to_host", done, total), { signal });
			facts = await inspectImage(host, reference, signal);
			if (!facts) throw unavailable(image, "the engine says that it was pulled, and does not have it");
			report.phase("pulled_to_host", facts.sizeBytes, facts.sizeBytes);
		}
		return { id: facts.id, sizeBytes: facts.sizeBytes, architecture: facts.architecture };
	});
}

/**
 * Brings an image of the host engine into a range's engine: as one stream from save to load, without a file
 * between and without the layers that are there. Nothing is sent when the same image is there already, under this name
 * or another.
 */
export async function transferImage(
	host: DockerEngine,
	inner: InnerEngine,
	image: string,
	options: TransferOptions = {},
): Promise<{ imageId: string; skipped: boolean }> {
	const { signal } = options;
	const reference = imageReference(image);
	const report = reporter(options);
	return await report.errors(async () => {
		report.phase("starting");
		const source = await inspectImage(host, reference, signal);
		if (!source) throw unavailable(image, "it is not on the host");
		const note = await architectureVerdict(host, image, source.architecture, signal);
		report.phase("found_on_host", 0, source.sizeBytes, note ?? undefined);
		const present = await findPresent(inner, reference, source, signal);
		if (present) {
			report.phase("already_exists", source.sizeBytes, source.sizeBytes);
			report.phase("complete", source.sizeBytes, source.sizeBytes);
			return { imageId: present.id, skipped: true };
		}
		report.phase("transferring", 0, source.sizeBytes);
		const onProgress: ImageStreamOptions["onProgress"] = (done, total, note) =>
			report.phase("transferring", done, total, note);
		const known = filesToLeaveOut([source], await chainsOf(inner, signal));
		const options = { expectedBytes: source.sizeBytes, signal, onProgress };
		const bytes = await streamMissing(host, inner, [reference], known, options);
		const arrived = await inspectImage(inner, reference, signal);
		if (!arrived || !isSameImage(source, arrived)) {
			throw new HomerangeError("IMAGE_UNAVAILABLE", `${image} did not arrive whole in ${inner.label}.`, {
				place: image,
				remedy: "Deploy again; if it happens again, look at the disk space of the Docker Engine.",
				detail: arrived ? `expected ${source.id}, found ${arrived.id}` : "the engine does not have it",
			});
		}
		report.phase("complete", bytes, bytes);
		return { imageId: arrived.id, skipped: false };
	});
}

/** The image in the inner engine, given the wanted name if it had another one. */
async function findPresent(
	inner: InnerEngine,
	reference: string,
	source: ImageFacts,
	signal: AbortSignal | undefined,
): Promise<ImageFacts | null> {
	const named = await inspectImage(inner, reference, signal);
	if (named && isSameImage(source, named)) return named;
	const other = (await inspectImage(inner, source.id, signal)) ?? (await findByLayers(inner, source, signal));
	if (!other) return null;
	if (reference.includes("@")) return null;
	const colon = reference.lastIndexOf(":");
	await inner.api.getImage(other.id).tag({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) });
	return other;
}

/** The stacks of layers that an engine has: those of its images, as far as they are few enough to be asked for. */
export async function chainsOf(engine: DockerEngine, signal: AbortSignal | undefined): Promise<Set<string>> {
	const options: object = { all: true, abortSignal: signal };
	const list = await engine.api.listImages(options);
	const facts = await Promise.all(list.slice(0, askedImages).map(({ Id }) => inspectImage(engine, Id, signal)));
	return new Set(facts.flatMap((image) => (image === null ? [] : chainIds(image.layers))));
}

/** Ids differ between a classic and a containerd store (Docker 29's default): then content decides. */
async function findByLayers(
	inner: InnerEngine,
	source: ImageFacts,
	signal: AbortSignal | undefined,
): Promise<ImageFacts | null> {
	const options: object = { abortSignal: signal };
	const list = await inner.api.listImages(options);
	for (const { Id: id } of list.slice(0, comparedImages)) {
		const facts = await inspectImage(inner, id, signal);
		if (facts && isSameImage(source, facts)) return facts;
	}
	return null;
}

/** Saved disks: no registry has them, and whoever offers one under such a name is a stranger. */
export function isOwnImage(reference: string): boolean {
	return reference.startsWith("homerange/snapshot:");
}

function gone(image: string): HomerangeError {
	return new HomerangeError("IMAGE_UNAVAILABLE", `The saved disk ${image} is gone: somebody removed its image.`, {
		place: image,
		remedy: "Bring it back from a bundle that holds it, or delete its snapshot and start from another.",
	});
}

function unavailable(image: string, why: string): HomerangeError {
	return new HomerangeError("IMAGE_UNAVAILABLE", `The image ${image} is not available: ${why}.`, {
		place: image,
		remedy: `Pull it (docker pull ${image}) or load it into Docker on this machine, then deploy again.`,
	});
}

interface Reporter {
	phase(phase: TransferPhase, done?: number, total?: number | null, note?: string): void;
	errors<T>(run: () => Promise<T>): Promise<T>;
}

function reporter({ signal, onProgress }: TransferOptions): Reporter {
	let last: TransferProgress = { phase: "starting", done: 0, total: null };
	const phase: Reporter["phase"] = (name, done = 0, total = null, note) => {
		last = { phase: name, done, total, ...(note === undefined ? {} : { note }) };
		onProgress?.(last);
	};
	return {
		phase,
		async errors(run) {
			try {
				throwIfAborted(signal);
				return await run();
			} catch (error) {
				const reason = signal?.aborted ? abortError() : error;
				phase("error", last.done, last.total, reason instanceof Error ? reason.message : String(reason));
				throw reason;
			}
		},
	};
}
