import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { ensureHostImage } from "../docker/images.ts";
import { abortable } from "./abortable.ts";
import { imageForProfile, inspectDindImage } from "./dind-image.ts";
import { profileOptions } from "./ensure-dind.ts";
import type { IsolationProfileName } from "./isolation-profile.ts";
import { label } from "./names.ts";
import { waitForInnerEngine } from "./wait-for-engine.ts";

export interface ProfileChoice {
	profile: IsolationProfileName;
	/** Why this one, in a sentence. */
	reason: string;
}

const trialMemory = 512 * 1024 * 1024;

/**
 * The isolation profile to use. `auto` takes the unprivileged one where it works, which only a trial shows: one
 * short container, removed again with its volume. Remember the answer for each engine and image.
 */
export async function chooseProfile(
	host: DockerEngine,
	wanted: "auto" | IsolationProfileName,
	image: string,
	signal?: AbortSignal,
): Promise<ProfileChoice> {
	if (wanted !== "auto") return { profile: wanted, reason: `The ${wanted} profile was asked for.` };
	try {
		await tryUnprivileged(host, imageForProfile(image, "unprivileged"), signal);
		return { profile: "unprivileged", reason: "The unprivileged profile works on this engine: a trial container ran." };
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code === "ENGINE_UNREACHABLE" || error.code === "CANCELLED")
			throw error;
		const { message, detail } = toErrorInfo(error);
		const evidence = detail?.trim().split("\n").at(-1);
		const because = evidence ? `${message} Its last words: ${evidence}` : message;
		return { profile: "privileged", reason: `The unprivileged profile does not work on this engine. ${because}` };
	}
}

async function tryUnprivileged(host: DockerEngine, image: string, signal?: AbortSignal): Promise<void> {
	if (!(await inspectDindImage(host, image))) await ensureHostImage(host, image, signal ? { signal } : {});
	const { parts, dataFolder } = await profileOptions(host, { image, profile: "unprivileged" }, []);
	const container = await host.api.createContainer({
		...parts,
		Labels: { [label.role]: "trial" },
		HostConfig: {
			...parts.HostConfig,
			// Anonymous, so that it goes with the container.
			Mounts: [{ Type: "volume", Source: "", Target: dataFolder }],
			NetworkMode: "none",
			Memory: trialMemory,
			MemorySwap: trialMemory,
			PidsLimit: 1024,
		},
	});
	try {
		await container.start(abortable({}, signal));
		await waitForInnerEngine(host, { container: container.id }, signal);
	} finally {
		await container.remove({ force: true, v: true });
	}
}
