import PQueue from "p-queue";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { LayerStore } from "../../contract/layers.ts";
import type { Database } from "../db/open.ts";
import {
	endHelpersOn,
	type IsolationProfileName,
	imageForProfile,
	label,
	runHostHelper,
	storePath,
} from "../dind/index.ts";
import { diskFullRemedy, isNoSpace, isNotFound, printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ImageFacts, imageReference, inspectImage } from "../docker/image-inspect.ts";
import { streamMissing } from "../docker/image-stream.ts";
import { chainsOf } from "../docker/images.ts";
import { chainIds, filesToLeaveOut } from "../docker/layer-chains.ts";
import type { Logger } from "../log.ts";
import type { LayersRecord } from "./layers-record.ts";
import { repositoriesFile } from "./repositories.ts";
import { cloneScript, markScript, measureScript, uncloneScript, unmarkedScript } from "./scripts.ts";
import { removeStaleSeeds, type SeedEngine, seedName } from "./seed-engine.ts";
import { SeedEngines } from "./seed-engines.ts";
import { StoreContents, type StoredImage } from "./store-contents.ts";
import {
	ensureStoreVolume,
	listStoreVolumes,
	removeStoreVolume,
	type StoreKey,
	storeVolumeExists,
	storeVolumeName,
} from "./store-volume.ts";

export interface LayerStoresDeps {
	readonly db: Database;
	readonly owner: string;
	readonly log: Logger;
}

export interface ImagesRequest {
	readonly host: DockerEngine;
	/** Image of the range's container. */
	readonly dindImage: string;
	readonly profile: IsolationProfileName;
	/** The range's images, as the blueprint names them; all of them are on the host. */
	readonly images: readonly string[];
	readonly signal: AbortSignal;
	/** Bytes sent to the store so far, and of all. */
	onProgress?(done: number, total: number, note?: string): void;
}

/** Images that are whole in a store. */
export interface PreparedImages {
	readonly key: StoreKey;
	readonly volume: string;
	readonly images: readonly (StoredImage & { readonly reference: string })[];
}

const cloneLimitMs = 5 * 60_000;
/** What the helpers carry that clone. */
const cloneLabel = label.store;
/** Exit codes of the clone script. */
const lacking = 73;
const altered = 74;

/**
 * The stores of image layers on the host engine: volumes that hold the unpacked layers of images once, for all
 * ranges with the same inner engine and the same map of user ids. A store only grows while ranges use it.
 */
export class LayerStores {
	readonly #deps: LayerStoresDeps;
	readonly #contents: StoreContents;
	readonly #queues = new Map<string, PQueue>();
	readonly #seeds: SeedEngines;

	constructor(deps: LayerStoresDeps) {
		this.#deps = deps;
		this.#contents = new StoreContents(deps.db);
		this.#seeds = new SeedEngines(deps.log);
	}

	/**
	 * Makes sure that the images are in the store; what is there costs nothing. UNSUPPORTED when this inner engine's
	 * layers cannot be shared, IMAGE_UNAVAILABLE when an image is not on the host or does not arrive whole.
	 */
	async prepare(request: ImagesRequest): Promise<PreparedImages> {
		const { host, signal } = request;
		const key = await this.#keyOf(request);
		const wanted = await Promise.all(
			request.images.map(async (image) => {
				const reference = imageReference(image);
				const facts = await inspectImage(host, reference, signal);
				if (facts !== null) return { reference, facts };
				throw new HomerangeError("IMAGE_UNAVAILABLE", `The image ${image} is not on the host.`, { place: image });
			}),
		);
		return await this.#inTurn(key, signal, async () => {
			const known = this.#contents.read(factKey(key));
			const volume = storeVolumeName(key, known.epoch);
			const isThere = await storeVolumeExists(host, volume, signal);
			const images = isThere ? { ...known.images } : {};
			const missing = wanted.filter(({ facts }) => images[facts.id] === undefined);
			if (missing.length > 0) {
				await ensureStoreVolume(host, key, volume);
				for (const [id, stored] of await this.#fill(request, key, volume, missing)) images[id] = stored;
				this.#contents.write(factKey(key), { epoch: known.epoch, images });
			}
			return {
				key,
				volume,
				images: wanted.flatMap(({ reference, facts }) => {
					const stored = images[facts.id];
					return stored === undefined ? [] : [{ ...stored, reference }];
				}),
			};
		});
	}

	/**
	 * Puts the images into a range's data volume, which no engine has used yet. Idempotent. What of the store is
	 * not what it was makes this give up the store: the next range gets a new one.
	 */
	async clone(
		host: DockerEngine,
		prepared: PreparedImages,
		dataVolume: string,
		signal: AbortSignal,
	): Promise<LayersRecord> {
		const { volume, images } = prepared;
		const { exitCode, output, sharedBytes } = await this.#runClone(host, prepared, dataVolume, "linked", signal);
		if (exitCode === 0) {
			const reason = "Its images are links into the layer store, which it cannot write.";
			return { way: "linked", reason, store: volume, images: images.map(({ id }) => id), sharedBytes };
		}
		refuseFull(output, dataVolume);
		if (exitCode === altered || exitCode === lacking) this.#giveUp(prepared.key, volume);
		throw new HomerangeError("ENGINE_REFUSED", `The layer store could not be used: ${whyNot(exitCode)}.`, {
			place: volume,
			detail: printable(output),
		});
	}

	/** The same with copies whose blocks are shared by the file system, where it can do that. */
	async cloneByReflink(
		host: DockerEngine,
		prepared: PreparedImages,
		dataVolume: string,
		reason: string,
		signal: AbortSignal,
	): Promise<LayersRecord | null> {
		const { exitCode, output, sharedBytes } = await this.#runClone(host, prepared, dataVolume, "reflink", signal);
		if (exitCode !== 0) {
			refuseFull(output, dataVolume);
			await this.unclone(host, prepared.key.dindImage, dataVolume, signal);
			return null;
		}
		return { way: "reflink", reason, store: null, images: [], sharedBytes };
	}

	/** Takes a clone out of a data volume whose engine does not run. */
	async unclone(host: DockerEngine, dindImage: string, dataVolume: string, signal: AbortSignal): Promise<void> {
		await endHelpersOn(host, dataVolume, cloneLabel, signal);
		const request = { image: dindImage, script: uncloneScript, writesVolumes: [dataVolume], offline: true };
		const { exitCode, output } = await runHostHelper(host, { ...request, limitMs: cloneLimitMs }, signal);
		if (exitCode === 0) return;
		throw new HomerangeError("ENGINE_REFUSED", "The range's data volume could not be emptied.", {
			place: dataVolume,
			detail: printable(output),
		});
	}

	/** The stores on this engine, with what they take. */
	async list(host: DockerEngine, currentImage: string, signal: AbortSignal): Promise<LayerStore[]> {
		const stores = await listStoreVolumes(host, this.#deps.owner, signal);
		return await Promise.all(
			stores.map(async ({ volume, dindImage, profile, users }) => ({
				volume,
				dindImage,
				profile,
				current: (await this.#currentKey(host, currentImage, { volume, profile }, signal)) !== null,
				users: users.filter((container) => container !== seedName(volume)),
				...(await this.#measure(host, dindImage, volume, signal)),
			})),
		);
	}

	/** Removes stores that no range uses: those of other generations, and with `all` every one. Gives their names. */
	async collect(
		host: DockerEngine,
		o: { all: boolean; kept: ReadonlySet<string>; currentImage: string },
		signal: AbortSignal,
	): Promise<string[]> {
		const removed: string[] = [];
		const stores = await listStoreVolumes(host, this.#deps.owner, signal);
		for (const { volume, profile, users } of stores) {
			if (o.kept.has(volume)) continue;
			if (!o.all && (await this.#currentKey(host, o.currentImage, { volume, profile }, signal)) !== null) continue;
			if (this.#seeds.has(volume)) await this.#seeds.close(volume);
			else if (users.length > 0) continue;
			if (await removeStoreVolume(host, volume, signal)) removed.push(volume);
		}
		return removed;
	}

	/**
	 * Removes images from the stores that new ranges use, when the host has them no more and no range was cloned from
	 * them. Layers that another image of the store stands on stay. Gives the images' ids.
	 */
	async trim(
		host: DockerEngine,
		o: { held: ReadonlySet<string>; currentImage: string },
		signal: AbortSignal,
	): Promise<string[]> {
		const removed: string[] = [];
		for (const { volume, profile } of await listStoreVolumes(host, this.#deps.owner, signal)) {
			const key = await this.#currentKey(host, o.currentImage, { volume, profile }, signal);
			if (key === null) continue;
			const gone = await this.#inTurn(key, signal, async () => await this.#forget(host, key, volume, o.held, signal));
			removed.push(...gone);
		}
		return removed;
	}

	async #forget(
		host: DockerEngine,
		key: StoreKey,
		volume: string,
		held: ReadonlySet<string>,
		signal: AbortSignal,
	): Promise<string[]> {
		const { epoch, images } = this.#contents.read(factKey(key));
		const unused: string[] = [];
		for (const [hostId, { id }] of Object.entries(images)) {
			if (!held.has(id) && (await inspectImage(host, hostId, signal)) === null) unused.push(hostId);
		}
		if (unused.length === 0) return [];
		const seed = await this.#seeds.take(host, key, volume, signal);
		try {
			const ids = unused.flatMap((hostId) => images[hostId]?.id ?? []);
			// First the note: an image that is half removed must not be taken for whole by the next engine.
			for (const hostId of unused) delete images[hostId];
			this.#contents.write(factKey(key), { epoch, images });
			for (const id of ids) await removeFrom(seed.inner, id, signal);
			return ids;
		} finally {
			this.#seeds.rest(volume);
		}
	}

	/** Removes seed engines that a killed Homerange left on the engine. */
	async tidy(host: DockerEngine, signal: AbortSignal): Promise<void> {
		await removeStaleSeeds(host, this.#deps.owner, this.#seeds.volumes(), signal);
	}

	/** Ends the seed engines; the stores stay. */
	async close(): Promise<void> {
		for (const queue of this.#queues.values()) queue.clear();
		await this.#seeds.closeAll();
	}

	async #keyOf(o: Pick<ImagesRequest, "host" | "dindImage" | "profile" | "signal">): Promise<StoreKey> {
		const { host, dindImage, profile, signal } = o;
		const image = imageForProfile(dindImage, profile);
		const facts = await inspectImage(host, image, signal);
		if (facts !== null) return { owner: this.#deps.owner, dindImage: image, dindImageId: facts.id, profile };
		throw new HomerangeError("IMAGE_UNAVAILABLE", `The image ${image} is not on the host.`, { place: image });
	}

	/** Loads images into the store by an engine of its generation. Gives them by the host's ids. */
	async #fill(
		{ host, signal, onProgress }: ImagesRequest,
		key: StoreKey,
		volume: string,
		missing: readonly { reference: string; facts: ImageFacts }[],
	): Promise<[string, StoredImage][]> {
		const seed = await this.#seeds.take(host, key, volume, signal);
		try {
			await removeUnmarked(seed, signal);
			const expectedBytes = missing.reduce((sum, { facts }) => sum + facts.sizeBytes, 0);
			const references = missing.map(({ reference }) => reference);
			const images = missing.map(({ facts }) => facts);
			const known = filesToLeaveOut(images, await chainsOf(seed.inner, signal));
			await streamMissing(host, seed.inner, references, known, {
				expectedBytes,
				signal,
				onProgress: (done, total, note) => onProgress?.(done, total, note),
			});
			const arrived = await Promise.all(
				missing.map(async ({ reference, facts }) => {
					const stored = await inspectImage(seed.inner, reference, signal);
					if (stored !== null && sameLayers(stored, facts)) return { hostId: facts.id, stored };
					throw new HomerangeError("IMAGE_UNAVAILABLE", `${reference} did not arrive whole in the layer store.`, {
						place: reference,
						remedy: "Deploy again; if it happens again, look at the disk space of the Docker Engine.",
					});
				}),
			);
			const chains = new Set(arrived.flatMap(({ stored }) => chainIds(stored.layers)));
			await seed.run(markScript, [...chains], signal);
			return arrived.map(({ hostId, stored: { id, layers, sizeBytes } }) => [hostId, { id, layers, sizeBytes }]);
		} finally {
			this.#seeds.rest(volume);
		}
	}

	async #runClone(
		host: DockerEngine,
		{ key, volume, images }: PreparedImages,
		dataVolume: string,
		way: "linked" | "reflink",
		signal: AbortSignal,
	): Promise<{ exitCode: number; output: string; sharedBytes: number }> {
		const ids = [...new Set(images.map(({ id }) => hex(id)))];
		const chains = new Set(images.flatMap(({ layers }) => chainIds(layers)));
		await endHelpersOn(host, dataVolume, cloneLabel, signal);
		const { exitCode, output } = await runHostHelper(
			host,
			{
				image: key.dindImage,
				script: cloneScript,
				arguments: [way, storePath, repositoriesFile(images), String(ids.length), ...ids, ...chains],
				readsVolumes: [volume],
				writesVolumes: [dataVolume],
				offline: true,
				limitMs: cloneLimitMs,
				labels: { [label.owner]: this.#deps.owner, [label.store]: volume },
			},
			signal,
		);
		return { exitCode, output, sharedBytes: Number(/^shared (\d+)$/m.exec(output)?.[1] ?? 0) };
	}

	/** What is in this store is not to be trusted any more. Ranges that use it keep it; the next ones get another. */
	#giveUp(key: StoreKey, volume: string): void {
		const { epoch } = this.#contents.read(factKey(key));
		if (storeVolumeName(key, epoch) !== volume) return;
		this.#contents.write(factKey(key), { epoch: epoch + 1, images: {} });
		this.#deps.log.warn({ volume }, "the layer store is not what it was, and is given up");
	}

	async #measure(host: DockerEngine, image: string, volume: string, signal: AbortSignal) {
		const request = { image, script: measureScript, readsVolumes: [volume], offline: true, limitMs: cloneLimitMs };
		const { output } = await runHostHelper(host, request, signal);
		const [, kilobytes = "0", images = "0"] = /^(\d+) (\d+)$/m.exec(output) ?? [];
		return { sizeBytes: Number(kilobytes) * 1024, images: Number(images) };
	}

	/** The key of a store that new ranges would use; null for every other store. */
	async #currentKey(
		host: DockerEngine,
		currentImage: string,
		{ volume, profile }: { volume: string; profile: IsolationProfileName },
		signal: AbortSignal,
	): Promise<StoreKey | null> {
		try {
			const key = await this.#keyOf({ host, dindImage: currentImage, profile, signal });
			return storeVolumeName(key, this.#contents.read(factKey(key)).epoch) === volume ? key : null;
		} catch (error) {
			if (toErrorInfo(error).code === "IMAGE_UNAVAILABLE") return null;
			throw error;
		}
	}

	async #inTurn<T>(key: StoreKey, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		const name = factKey(key);
		const queue = this.#queues.get(name) ?? new PQueue({ concurrency: 1 });
		this.#queues.set(name, queue);
		signal.throwIfAborted();
		const begun = new AbortController();
		const turn = queue.add(async () => {
			begun.abort();
			signal.throwIfAborted();
			return await work();
		});
		// Who is cancelled while others work does not wait for them; who works is waited for.
		const cancelled = new Promise<never>((_, reject) => {
			const onAbort = () => reject(signal.reason);
			signal.addEventListener("abort", onAbort, { once: true, signal: begun.signal });
		});
		return await Promise.race([turn, cancelled]);
	}
}

/** One note for each owner's key; the owner is the database's own. */
const factKey = ({ dindImageId, profile }: StoreKey): string => `layers:${dindImageId}:${profile}`;

const hex = (id: string): string => id.replace(/^sha256:/, "");

function sameLayers(a: ImageFacts, b: ImageFacts): boolean {
	return a.layers.length === b.layers.length && a.layers.every((layer, n) => layer === b.layers[n]);
}

/** On a full disk no other way works either. */
function refuseFull(output: string, place: string): void {
	if (!isNoSpace(output)) return;
	throw new HomerangeError("DISK_FULL", "The disk became full while images were linked into the range.", {
		place,
		remedy: diskFullRemedy,
		detail: printable(output),
	});
}

function whyNot(exitCode: number): string {
	if (exitCode === altered) return "a file in it is not what it was";
	if (exitCode === lacking) return "it lacks what it is known to have";
	return `its helper ended with ${exitCode}`;
}

/** Removes images whose load was cut off, as far as they were not marked: nothing was cloned from those. */
async function removeUnmarked(seed: SeedEngine, signal: AbortSignal): Promise<void> {
	const output = await seed.run(unmarkedScript, [], signal);
	const unmarked = new Set([...output.matchAll(/^unmarked ([0-9a-f]{64})$/gm)].map(([, chain]) => chain));
	if (unmarked.size === 0) return;
	const options: object = { all: true, abortSignal: signal };
	for (const { Id: id } of await seed.inner.api.listImages(options)) {
		const facts = await inspectImage(seed.inner, id, signal);
		if (facts === null || !chainIds(facts.layers).some((chain) => unmarked.has(chain))) continue;
		await removeFrom(seed.inner, id, signal);
	}
}

async function removeFrom(engine: DockerEngine, id: string, signal: AbortSignal): Promise<void> {
	const removal: object = { force: true, abortSignal: signal };
	try {
		await engine.api.getImage(id).remove(removal);
	} catch (error) {
		if (!isNotFound(error)) throw error;
	}
}
