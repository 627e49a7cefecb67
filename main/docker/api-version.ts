import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";

/** Docker 20.10 (API 1.41) is the oldest engine that is served; nothing newer than 1.51 is used or tested. */
export const oldestApi = "1.41";
export const newestApi = "1.51";

const version = z.string().regex(/^\d{1,3}\.\d{1,3}$/);

/** The parts of `GET /version` that matter. */
export const versionAnswer = z.object({
	Version: z.string().max(200),
	ApiVersion: version,
	MinAPIVersion: version.optional(),
	Components: z.array(z.object({ Name: z.string() })).nullish(),
});
export type VersionAnswer = z.infer<typeof versionAnswer>;

export function compareApi(a: string, b: string): number {
	const [majorA = 0, minorA = 0] = a.split(".").map(Number);
	const [majorB = 0, minorB = 0] = b.split(".").map(Number);
	return majorA - majorB || minorA - minorB;
}

/** The version that every request to this engine is pinned to; ENGINE_REFUSED when there is none in common. */
export function negotiateApi(answer: VersionAnswer, label: string): string {
	if (compareApi(answer.ApiVersion, oldestApi) < 0) {
		throw new HomerangeError(
			"ENGINE_REFUSED",
			`The Docker Engine (${label}) ${answer.Version} is too old: it speaks API ${answer.ApiVersion}, at least ${oldestApi} is needed.`,
			{ place: label, remedy: "Update Docker to 20.10 or newer." },
		);
	}
	if (answer.MinAPIVersion !== undefined && compareApi(answer.MinAPIVersion, newestApi) > 0) {
		throw new HomerangeError(
			"ENGINE_REFUSED",
			`The Docker Engine (${label}) ${answer.Version} is too new: it refuses every API before ${answer.MinAPIVersion}, and ${newestApi} is the newest known here.`,
			{ place: label, remedy: "Update Homerange, or use an older Docker Engine." },
		);
	}
	return compareApi(answer.ApiVersion, newestApi) > 0 ? newestApi : answer.ApiVersion;
}
