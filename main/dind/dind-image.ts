import { HomerangeError } from "../../contract/errors.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { ensureHostImage, inspectHostImage, type TransferOptions } from "../docker/images.ts";
import type { DindRecipe, IsolationProfileName } from "./isolation-profile.ts";

const recipeLabel = "io.homerange.dind";
const profilesLabel = "io.homerange.profiles";

/** The official images come in two: "docker:dind" for the privileged profile, "docker:dind-rootless" for the other. */
const officialName = /^((?:[\w.:-]+\/)*docker:(?:[\w.-]*-)?dind)(-rootless)?$/;

/** The image that runs a range in a profile, when the setting names `image`. */
export function imageForProfile(image: string, profile: IsolationProfileName): string {
	const match = officialName.exec(image);
	if (!match?.[1]) return image;
	return profile === "unprivileged" ? `${match[1]}-rootless` : match[1];
}

export interface DindImageFacts {
	recipe: DindRecipe;
	profiles: IsolationProfileName[];
}

/** Reads from the image's labels which recipe it has and which profiles it serves. Null when it is not on the host. */
export async function inspectDindImage(host: DockerEngine, image: string): Promise<DindImageFacts | null> {
	try {
		const labels = (await host.api.getImage(image).inspect()).Config?.Labels ?? {};
		if (labels[recipeLabel] === undefined) {
			return { recipe: "official", profiles: [image.endsWith("-rootless") ? "unprivileged" : "privileged"] };
		}
		const named = (labels[profilesLabel] ?? "privileged").split(",").map((name) => name.trim());
		const profiles = (["privileged", "unprivileged"] as const).filter((name) => named.includes(name));
		return { recipe: "homerange", profiles };
	} catch (error) {
		if (isNotFound(error)) return null;
		throw error;
	}
}

/** A registry that did not answer is not asked again for a while: every deploy would wait for it. */
const retryAfterMs = 10 * 60_000;
const refusals = new WeakMap<DockerEngine, Map<string, { at: number; error: HomerangeError }>>();

/**
 * The image to run ranges in: the wanted one, pulled when it is missing; otherwise one of ours that is on the host
 * already, with the reason. IMAGE_UNAVAILABLE when there is neither.
 */
export async function resolveDindImage(
	host: DockerEngine,
	wanted: string,
	options: TransferOptions = {},
): Promise<{ image: string; reason: string | null }> {
	const refusal = await pullOnce(host, wanted, options);
	if (!refusal) return { image: wanted, reason: null };
	const image = await presentDindImage(host);
	if (image === null) throw refusal;
	return {
		image,
		reason: `${wanted} is not on the host and could not be pulled; ${image} is here and serves as well.`,
	};
}

/** The image that `resolveDindImage` would give as far as it is known without pulling anything; null when none is here. */
export async function expectedDindImage(
	host: DockerEngine,
	wanted: string,
	signal?: AbortSignal,
): Promise<{ image: string; reason: string | null } | null> {
	for (const profile of ["privileged", "unprivileged"] as const) {
		if ((await inspectHostImage(host, imageForProfile(wanted, profile), signal)) !== null) {
			return { image: wanted, reason: null };
		}
	}
	const image = await presentDindImage(host);
	if (image === null) return null;
	return { image, reason: `${wanted} is not on the host: it is pulled, or else ${image} serves in its place.` };
}

/** Null when the image is on the host now; otherwise why it is not. */
async function pullOnce(host: DockerEngine, wanted: string, options: TransferOptions): Promise<HomerangeError | null> {
	const refused = refusals.get(host) ?? new Map<string, { at: number; error: HomerangeError }>();
	refusals.set(host, refused);
	const last = refused.get(wanted);
	const isFresh = last !== undefined && Date.now() - last.at < retryAfterMs;
	if (isFresh && (await inspectDindImage(host, wanted)) === null) return last.error;
	try {
		await ensureHostImage(host, wanted, options);
		refused.delete(wanted);
		return null;
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code !== "IMAGE_UNAVAILABLE") throw error;
		refused.set(wanted, { at: Date.now(), error });
		return error;
	}
}

/** What our own scripts call it: a derived image carries the label too, but not the name. */
const ownName = /(?:^|\/)homerange\/dind:/;

/** The tagged image on the host that was made by our recipe and has the newest engine. */
export async function presentDindImage(host: DockerEngine): Promise<string | null> {
	const present = await host.api.listImages({ filters: { label: [recipeLabel], dangling: ["false"] } });
	const tags = present
		.map((image) => ({ engine: image.Labels?.[recipeLabel] ?? "", tags: image.RepoTags ?? [] }))
		.sort((a, b) => b.engine.localeCompare(a.engine, "en", { numeric: true }))
		.flatMap((image) => image.tags);
	return tags.find((tag) => ownName.test(tag)) ?? tags.find((tag) => tag !== "<none>:<none>") ?? null;
}
