import PQueue from "p-queue";
import { z } from "zod";
import { isNotFound } from "../docker/api-errors.ts";
import { askPath } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ImageFacts, inspectImage } from "../docker/image-inspect.ts";
import { type LayeredImage, layersOf } from "./layers.ts";

/** A container image of the host's engine, with all that lists and plans need of it. */
export interface HostImage extends LayeredImage {
	readonly facts: ImageFacts;
	/** "name:tag"; by digest for what has only that; empty for an image that lost its name. */
	readonly references: readonly string[];
	/** "name@sha256:…": other words for it, by which it can be found as well. */
	readonly digests: readonly string[];
}

/** A container of the host's engine. */
export interface HostContainer {
	readonly name: string;
	readonly imageId: string;
	readonly labels: Readonly<Record<string, string>>;
}

const listed = z.array(
	z.object({
		Id: z.string().max(200),
		RepoTags: z.array(z.string()).nullish(),
		RepoDigests: z.array(z.string()).nullish(),
		/** -1 where the engine did not count. */
		SharedSize: z.number().nullish(),
	}),
);
const history = z.array(z.object({ Size: z.number() }));
const usage = z.object({ Images: listed.nullish() });
const containers = z.array(
	z.object({
		Id: z.string(),
		Names: z.array(z.string()).nullish(),
		ImageID: z.string(),
		Labels: z.record(z.string(), z.string()).nullish(),
	}),
);

/** Questions to the engine at once: it answers most of them from memory. */
const questionsAtOnce = 8;

type Known = Pick<HostImage, "facts" | "layers">;

/**
 * Reads what the host's engine holds. An image never changes under its id, so each is looked at once; only names come
 * anew each time.
 */
export class Inventory {
	readonly #known = new WeakMap<DockerEngine, Map<string, Known>>();

	async images(host: DockerEngine, signal?: AbortSignal): Promise<HostImage[]> {
		const before = this.#known.get(host) ?? new Map<string, Known>();
		const list = listed.parse(await askPath(host.api, "/images/json?", {}, signal));
		const questions = new PQueue({ concurrency: questionsAtOnce });
		const found = await questions.addAll(
			list.map(
				({ Id: id }) =>
					async () =>
						[id, before.get(id) ?? (await look(host, id, signal))] as const,
			),
		);
		const now = new Map(found.filter((entry): entry is readonly [string, Known] => entry[1] !== null));
		this.#known.set(host, now);
		const unknown = [...now.values()].some(({ layers }) => layers.some((layer) => layer.sizeBytes === null));
		const shared = unknown ? await sharedSizes(host, signal) : new Map<string, number>();
		return list.flatMap(({ Id: id, RepoTags: tags, RepoDigests: digests }) => {
			const known = now.get(id);
			if (known === undefined) return [];
			const names = (tags ?? []).filter((tag) => !tag.includes("<none>"));
			const byDigest = (digests ?? []).filter((digest) => !digest.includes("<none>"));
			const references = names.length > 0 ? names : byDigest;
			const engineSharedBytes = shared.get(id) ?? null;
			const { sizeBytes } = known.facts;
			return [{ id, sizeBytes, engineSharedBytes, references, digests: byDigest, ...known }];
		});
	}
}

/** Null for an image that went while the list was read. */
async function look(host: DockerEngine, id: string, signal: AbortSignal | undefined): Promise<Known | null> {
	try {
		const facts = await inspectImage(host, id, signal);
		if (facts === null) return null;
		const lines = history.parse(await askPath(host.api, `/images/${id}/history`, {}, signal));
		const sizes = lines.map((line) => line.Size);
		return { facts, layers: layersOf(facts.layers, sizes) };
	} catch (error) {
		if (isNotFound(error)) return null;
		throw error;
	}
}

/**
 * What the engine counts as shared, by image. Newer engines count it for a list; older ones only together with every
 * volume's size, which can take minutes: there it stays unknown.
 */
async function sharedSizes(host: DockerEngine, signal: AbortSignal | undefined): Promise<Map<string, number>> {
	const [major = 1, minor = 0] = host.apiVersion.split(".").map(Number);
	if (major === 1 && minor < 42) return new Map();
	const { Images: images } = usage.parse(await askPath(host.api, "/system/df?", { type: "image" }, signal));
	return new Map(
		(images ?? []).flatMap(({ Id: id, SharedSize: bytes }) =>
			bytes === null || bytes === undefined || bytes < 0 ? [] : [[id, bytes] as const],
		),
	);
}

/** Every container of the engine, also those that are stopped. */
export async function hostContainers(host: DockerEngine, signal?: AbortSignal): Promise<HostContainer[]> {
	const list = containers.parse(await askPath(host.api, "/containers/json?", { all: true }, signal));
	return list.map(({ Id: id, Names: names, ImageID: imageId, Labels: labels }) => ({
		name: names?.[0]?.replace(/^\//, "") ?? id.slice(0, 12),
		imageId,
		labels: labels ?? {},
	}));
}
