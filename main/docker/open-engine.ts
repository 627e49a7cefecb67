import Dockerode from "dockerode";
import { HomerangeError } from "../../contract/errors.ts";
import { unreachable } from "./api-errors.ts";
import { type ApiTarget, ApiTransport } from "./api-transport.ts";
import { negotiateApi, type VersionAnswer, versionAnswer } from "./api-version.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";
import { limited, pingLimitMs } from "./limits.ts";

/** dockerode takes any object with its transport's methods; its types only know the one that it ships. */
function client(target: ApiTarget, apiVersion: string | null, label: string): Dockerode {
	const options: object = { modem: new ApiTransport(target, apiVersion, label) };
	return new Dockerode(options);
}

/** What the engine says about itself; ENGINE_REFUSED when the answer is not one of a Docker Engine. */
export async function askVersion(target: ApiTarget, label: string, signal?: AbortSignal): Promise<VersionAnswer> {
	const parsed = versionAnswer.safeParse(await asking(client(target, null, label)).version({ abortSignal: signal }));
	if (parsed.success) return parsed.data;
	throw new HomerangeError("ENGINE_REFUSED", `What answers (${label}) is not a Docker Engine.`, { place: label });
}

/** Negotiates the API version once and pins it. */
export async function openEngine(target: ApiTarget, label: string, signal?: AbortSignal): Promise<DockerEngine> {
	return pinnedEngine(target, label, await askVersion(target, label, signal));
}

export function pinnedEngine(target: ApiTarget, label: string, answer: VersionAnswer): DockerEngine {
	const apiVersion = negotiateApi(answer, label);
	const api = client(target, apiVersion, label);
	return {
		api,
		version: answer.Version,
		apiVersion,
		label,
		async ping(signal) {
			const limit = limited(pingLimitMs, signal);
			try {
				await asking(api).ping({ abortSignal: limit });
			} catch (error) {
				if (signal?.aborted || !limit.aborted) throw error;
				throw unreachable(label, new Error(`no answer to a ping within ${pingLimitMs / 1000} s`));
			}
		},
	};
}
