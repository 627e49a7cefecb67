import type Dockerode from "dockerode";
import { HomerangeError } from "../../contract/errors.ts";
import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { abortable } from "./abortable.ts";
import { type Dind, type DindSpec, dindOf } from "./dind.ts";
import { imageForProfile, inspectDindImage } from "./dind-image.ts";
import { hostNames, label } from "./names.ts";
import { ensureOuterNetwork } from "./outer-network.ts";
import { profileOf } from "./profiles.ts";
import { storePath } from "./store-path.ts";
import { ensureVolume } from "./volume.ts";

/**
 * Of the whole range: room for thousands of processes, an end for a fork bomb. Three bombs at once stay below the
 * 32768 processes that a host without systemd's settings has.
 */
const rangePidsLimit = 8192;
/** Longer than the inner engine needs to stop its machines (15 s), so that it is never killed half-way. */
const stopTimeoutSeconds = 30;
/** Engines from 29 on start containers with 1024 open files; the inner engine and its machines need more. */
const lowFilesFrom = 29;
const openFiles = 524_288;

/**
 * The range's container, its volume and its outer network, made where they are missing; the container is not
 * started. Idempotent. IMAGE_UNAVAILABLE when the image is not on the host, UNSUPPORTED when it does not serve
 * the profile.
 */
export async function ensureDind(host: DockerEngine, spec: DindSpec, signal?: AbortSignal): Promise<Dind> {
	const { container } = hostNames(spec.rangeName, spec.rangeId);
	const image = imageForProfile(spec.image, spec.profile);
	const placed = { ...spec, image };
	const [outer, { volume }] = await Promise.all([
		ensureOuterNetwork(host, placed, signal),
		ensureVolume(host, placed, signal),
	]);
	const { rangeId, profile } = spec;
	const dind = dindOf({ rangeId, container, volume, network: outer.network, subnet: outer.subnet, image, profile });
	if (await exists(host, container, signal)) return dind;
	const options = await containerOptions(host, placed, dind);
	try {
		await host.api.createContainer(abortable(options, signal));
	} catch (error) {
		// Someone made it between the look and the call: the name is ours by the range's id.
		if (!hasStatus(error, 409)) throw error;
	}
	return dind;
}

async function exists(host: DockerEngine, container: string, signal?: AbortSignal): Promise<boolean> {
	try {
		await host.api.getContainer(container).inspect(abortable({}, signal));
		return true;
	} catch (error) {
		if (isNotFound(error)) return false;
		throw error;
	}
}

async function containerOptions(
	host: DockerEngine,
	spec: DindSpec,
	dind: Dind,
): Promise<Dockerode.ContainerCreateOptions> {
	const confined = await profileOptions(host, spec, [...spec.avoid, dind.subnet]);
	return {
		...confined.parts,
		name: dind.container,
		Hostname: spec.rangeName,
		StopTimeout: stopTimeoutSeconds,
		Labels: {
			[label.owner]: spec.owner,
			[label.range]: spec.rangeId,
			[label.rangeName]: spec.rangeName,
			[label.role]: "dind",
			[label.profile]: spec.profile,
			[label.dindImage]: spec.image,
		},
		HostConfig: {
			...confined.parts.HostConfig,
			Mounts: [
				{ Type: "volume", Source: dind.volume, Target: confined.dataFolder },
				...(spec.store === null
					? []
					: [{ Type: "volume" as const, Source: spec.store, Target: storePath, ReadOnly: true }]),
			],
			NetworkMode: dind.network,
			NanoCpus: Math.round(spec.cpus * 1e9),
			Memory: spec.memoryBytes,
			MemorySwap: spec.memoryBytes,
			PidsLimit: rangePidsLimit,
		},
	};
}

/** What every container of a profile has, a range's and a trial's alike. */
export async function profileOptions(
	host: DockerEngine,
	spec: Pick<DindSpec, "image" | "profile">,
	avoid: string[],
): Promise<{ parts: Dockerode.ContainerCreateOptions; dataFolder: string }> {
	const facts = await inspectDindImage(host, spec.image);
	if (!facts) {
		throw new HomerangeError("IMAGE_UNAVAILABLE", `The image ${spec.image} is not on the host.`, {
			remedy: "Pull it, or set another DinD image in the settings.",
			place: spec.image,
		});
	}
	if (!facts.profiles.includes(spec.profile)) {
		throw new HomerangeError("UNSUPPORTED", `The image ${spec.image} has no ${spec.profile} profile.`, {
			remedy: "Set the isolation profile to auto, or set another DinD image.",
			place: spec.image,
		});
	}
	const confined = profileOf(spec.profile).containerOptions({ recipe: facts.recipe, avoid });
	const low = Number.parseInt(host.version, 10) >= lowFilesFrom;
	return {
		dataFolder: confined.dataFolder,
		parts: {
			Image: spec.image,
			Cmd: confined.cmd,
			Env: confined.environment,
			HostConfig: {
				...confined.hostConfig,
				Ulimits: low ? [{ Name: "nofile", Soft: openFiles, Hard: openFiles }] : [],
				RestartPolicy: { Name: "no" },
				LogConfig: { Type: "json-file", Config: { "max-size": "5m", "max-file": "2" } },
			},
		},
	};
}
