import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { ensureHostImage } from "../docker/images.ts";
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

/**
 * The image to run ranges in: the wanted one, pulled when it is missing; otherwise one of ours that is on the host
 * already, with the reason. IMAGE_UNAVAILABLE when there is neither.
 */
export async function resolveDindImage(
	host: DockerEngine,
	wanted: string,
	o: { signal?: AbortSignal; onProgress?: Parameters<typeof ensureHostImage>[2]["onProgress"] } = {},
): Promise<{ image: string; reason: string | null }> {
	try {
		await ensureHostImage(host, wanted, o);
		return { image: wanted, reason: null };
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code !== "IMAGE_UNAVAILABLE") throw error;
		const present = await host.api.listImages({ filters: { label: [recipeLabel], dangling: ["false"] } });
		const tags = present.sort((a, b) => b.Created - a.Created).flatMap((image) => image.RepoTags ?? []);
		const image = tags.find((tag) => tag !== "<none>:<none>");
		if (image === undefined) throw error;
		return {
			image,
			reason: `${wanted} is not available (${toErrorInfo(error).message}) ${image} is here and serves as well.`,
		};
	}
}
