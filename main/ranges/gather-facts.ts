import { readFile, statfs } from "node:fs/promises";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import { chooseOuterSubnet, imageForProfile, presentDindImage, profileOf, takenSubnets } from "../dind/index.ts";
import { matchArchitecture } from "../docker/architecture.ts";
import { asking } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { inspectHostImage } from "../docker/images.ts";
import type { RangesDeps } from "./deps.ts";
import type { PreflightFacts } from "./preflight.ts";
import type { ProfileMemory } from "./profile-memory.ts";
import type { RangeRecord } from "./record.ts";

/** Docker reports the kernel's name of an architecture, images carry Go's. */
const goNames: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64", armv7l: "arm", i686: "386" };

/** Asks the host engine and its host, all at once, for what the pre-flight report is made of. */
export async function gatherFacts(
	parts: { deps: RangesDeps; profiles: ProfileMemory; ranges: readonly RangeRecord[] },
	o: {
		host: DockerEngine;
		blueprint: ResolvedBlueprint;
		copies: number;
		profile: "auto" | "privileged" | "unprivileged" | undefined;
	},
	signal: AbortSignal,
): Promise<PreflightFacts> {
	const { deps } = parts;
	const { host, blueprint, copies } = o;
	const status = deps.host.status();
	const engine = status.facts;
	if (engine === null)
		throw new HomerangeError("ENGINE_UNREACHABLE", "The Docker Engine has not described itself yet.");
	const architecture = goNames[engine.architecture] ?? engine.architecture;
	const names = [...new Set(blueprint.machines.map((machine) => machine.image))];
	const images = Promise.all(
		names.map(async (image) => {
			const found = await inspectHostImage(host, image, signal);
			const own = found?.architecture ?? "";
			const match = matchArchitecture(own, architecture, engine.isDesktop);
			return { image, sizeBytes: found?.sizeBytes ?? null, match, architecture: own };
		}),
	);
	const isLocal = status.chosen?.endpoint.startsWith("unix://") === true && !engine.isDesktop;
	const [dind, diskFreeBytes, inotifyInstances] = await Promise.all([
		dindImageFacts(host, deps.settings.get().dindImage, signal),
		isLocal ? freeDisk(host, signal) : null,
		isLocal ? kernelLimit("/proc/sys/fs/inotify/max_user_instances") : null,
	]);
	const [profile, outerPool] =
		dind === null
			? [null, null]
			: await Promise.all([profileFacts(parts, o, dind.image, signal), outerPoolProblem(deps, o, dind.image)]);
	return {
		engine: { ...engine, architecture },
		version: host.version,
		copies,
		images: await images,
		dind,
		profile,
		diskFreeBytes,
		runningMemoryBytes: parts.ranges
			.filter((range) => range.wanted === "running" || range.wanted === "paused")
			.reduce((sum, range) => sum + range.blueprint.limits.memoryBytes, 0),
		outerPool,
		inotifyInstances,
	};
}

async function profileFacts(
	{ deps, profiles }: { deps: RangesDeps; profiles: ProfileMemory },
	o: { host: DockerEngine; profile: "auto" | "privileged" | "unprivileged" | undefined },
	image: string,
	signal: AbortSignal,
): Promise<PreflightFacts["profile"]> {
	const choice = await profiles.choose(o.host, o.profile ?? deps.settings.get().isolation, image, signal);
	return { name: choice.profile, reason: choice.reason, limitsReason: profileOf(choice.profile).limits.reason };
}

/** The setting's image, or the one of ours that stands in for it, without pulling anything. */
async function dindImageFacts(
	host: DockerEngine,
	wanted: string,
	signal: AbortSignal,
): Promise<PreflightFacts["dind"]> {
	for (const profile of ["privileged", "unprivileged"] as const) {
		if ((await inspectHostImage(host, imageForProfile(wanted, profile), signal)) !== null) {
			return { image: wanted, reason: null };
		}
	}
	const image = await presentDindImage(host);
	if (image === null) return null;
	return { image, reason: `${wanted} is not on the host: it is pulled, or else ${image} serves in its place.` };
}

async function outerPoolProblem(
	deps: RangesDeps,
	{ host, blueprint }: { host: DockerEngine; blueprint: ResolvedBlueprint },
	image: string,
): Promise<string | null> {
	try {
		const { outerPool: pool } = deps.settings.get();
		const avoid = blueprint.networks.map((network) => network.subnet);
		chooseOuterSubnet({ pool, taken: await takenSubnets(host, image), avoid });
		return null;
	} catch (error) {
		if (error instanceof HomerangeError && (error.code === "PREFLIGHT_FAILED" || error.code === "INPUT_INVALID")) {
			return error.message;
		}
		throw error;
	}
}

const infoAnswer = z.object({ DockerRootDir: z.string() });

async function freeDisk(host: DockerEngine, signal: AbortSignal): Promise<number | null> {
	const { DockerRootDir: folder } = infoAnswer.parse(await asking(host.api).info({ abortSignal: signal }));
	try {
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	} catch {
		// The socket can lead to an engine elsewhere, or the folder can be closed to us: then nobody knows.
		return null;
	}
}

async function kernelLimit(file: string): Promise<number | null> {
	try {
		return Number.parseInt(await readFile(file, "utf8"), 10);
	} catch {
		// Not Linux: the engine's kernel is not ours.
		return null;
	}
}
