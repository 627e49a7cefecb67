import { toErrorInfo } from "../../contract/errors.ts";
import { type DindSpec, startDind, stopDind } from "../dind/index.ts";
import type { DockerEngine, InnerEngine } from "../docker/engine.ts";
import {
	type ImagesRequest,
	type LayerStores,
	type LayersRecord,
	type PreparedImages,
	selfTest,
	streamed,
} from "../layers/index.ts";
import type { RangesDeps } from "./deps.ts";
import { imagesOf } from "./planner.ts";
import type { RangeRecord, RecordedDind } from "./record.ts";
import type { RangeStore } from "./store.ts";

interface LayersParts {
	readonly deps: RangesDeps;
	readonly store: RangeStore;
	readonly layers: LayerStores;
}

/** Errors after which sending the images would fail as well. */
const fatal: ReadonlySet<string> = new Set(["CANCELLED", "ENGINE_UNREACHABLE", "IMAGE_UNAVAILABLE", "DISK_FULL"]);

/**
 * Brings a new range's images into the layer store. Null when they will be sent into the range instead; the
 * range's record says why.
 */
export async function prepareLayers(
	parts: LayersParts,
	o: Pick<ImagesRequest, "host" | "signal" | "onProgress"> & { range: RangeRecord; spec: DindSpec },
): Promise<PreparedImages | null> {
	const { deps, store, layers } = parts;
	const { range, spec, ...rest } = o;
	if (deps.settings.get().layers === "streamed") {
		store.update(range, { layers: streamed("Its images are copies of its own, because the setting asks for that.") });
		return null;
	}
	const images = imagesOf(range.blueprint.machines, "docker");
	try {
		return await layers.prepare({ ...rest, dindImage: spec.image, profile: spec.profile, images });
	} catch (error) {
		if (rest.signal.aborted || fatal.has(toErrorInfo(error).code)) throw error;
		deps.log.warn({ error, range: range.name }, "a range's images are sent to it, layers are not shared");
		remember(parts, range, unshared(error));
		return null;
	}
}

/** Puts the prepared images into the range's data volume, in the best way that works. */
export async function cloneLayers(
	parts: LayersParts,
	host: DockerEngine,
	range: RangeRecord,
	prepared: PreparedImages,
	volume: string,
	signal: AbortSignal,
): Promise<LayersRecord> {
	const { deps, layers } = parts;
	let copyReason = "The setting asks for copies that share their blocks.";
	let alone = streamed("Its images are copies of its own: the file system cannot share blocks.");
	if (deps.settings.get().layers !== "reflink") {
		try {
			return await link(parts, host, range, prepared, volume, signal);
		} catch (error) {
			if (signal.aborted || fatal.has(toErrorInfo(error).code)) throw error;
			deps.log.warn({ error, range: range.name }, "images could not be linked from the layer store");
			copyReason = toErrorInfo(error).message;
			alone = unshared(error);
		}
	}
	const copied = await layers.cloneByReflink(host, prepared, volume, copyReason, signal);
	return remember(parts, range, copied ?? alone);
}

async function link(
	parts: LayersParts,
	host: DockerEngine,
	range: RangeRecord,
	prepared: PreparedImages,
	volume: string,
	signal: AbortSignal,
): Promise<LayersRecord> {
	const { store, layers } = parts;
	// Written first: what the range is about to hold on to in the store must be known to every later engine.
	const images = prepared.images.map(({ id }) => id);
	store.update(range, { layers: { way: "linked", reason: "", store: prepared.volume, images, sharedBytes: 0 } });
	await store.flush();
	return remember(parts, range, await layers.clone(host, prepared, volume, signal));
}

/** Whether the range's own engine can work with what was cloned. */
export async function layersWork(
	{ deps }: LayersParts,
	range: RangeRecord,
	inner: InnerEngine,
	signal: AbortSignal,
): Promise<boolean> {
	if (range.layers === null || range.layers.images.length === 0) return true;
	try {
		await selfTest(inner, range.layers, signal);
		return true;
	} catch (error) {
		if (signal.aborted || toErrorInfo(error).code === "ENGINE_UNREACHABLE") throw error;
		deps.log.warn({ error, range: range.name }, "the range's engine cannot use the linked images");
		return false;
	}
}

/** Takes what was cloned out of a range again and starts its container anew; its images are sent to it then. */
export async function withdrawLayers(
	parts: LayersParts,
	host: DockerEngine,
	range: RangeRecord,
	dind: RecordedDind,
	signal: AbortSignal,
): Promise<void> {
	await stopDind(host, dind, 10, signal);
	await parts.layers.unclone(host, dind.image, dind.volume, signal);
	// The container still mounts the store, so the store stays as long as the range does.
	const reason = "Its images are copies of its own: its engine could not use the linked ones.";
	parts.store.update(range, { layers: { ...streamed(reason), store: range.layers?.store ?? null } });
	await startDind(host, dind, signal);
}

const unshared = (error: unknown): LayersRecord =>
	streamed(`Its images are copies of its own. ${toErrorInfo(error).message}`);

function remember({ store }: LayersParts, range: RangeRecord, layers: LayersRecord): LayersRecord {
	store.update(range, { layers });
	return layers;
}
