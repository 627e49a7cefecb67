import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import {
	chooseOuterSubnet,
	expectedDindImage,
	hostFacts,
	overlaps,
	parseCidr,
	profileOf,
	takenSubnets,
} from "../dind/index.ts";
import { matchArchitecture } from "../docker/architecture.ts";
import { localDataFolder, spaceOf } from "../docker/data-folder.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { ImageFacts } from "../docker/image-inspect.ts";
import { inspectHostImage } from "../docker/images.ts";
import type { RangesDeps } from "./deps.ts";
import { availableMemory, kernelLimits } from "./gather-kernel.ts";
import { imagesOf } from "./planner.ts";
import type { PreflightFacts } from "./preflight.ts";
import type { VmFacts } from "./preflight-vms.ts";
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
	const names = imagesOf(blueprint.machines, "docker");
	const images = Promise.all(
		names.map(async (image) => {
			const found = await inspectHostImage(host, image, signal);
			const own = found?.architecture ?? "";
			const match = matchArchitecture(own, architecture, engine.isDesktop);
			const layers = found === null ? null : await layersOf(host, image, found, signal);
			return { image, sizeBytes: found?.sizeBytes ?? null, match, architecture: own, layers };
		}),
	);
	const isLocal = status.chosen?.endpoint.startsWith("unix://") === true && !engine.isDesktop;
	const [dind, diskFreeBytes, memoryAvailableBytes, kernel, vms] = await Promise.all([
		expectedDindImage(host, deps.settings.get().dindImage, signal),
		isLocal ? freeDisk(host, signal) : null,
		isLocal ? availableMemory() : null,
		isLocal ? kernelLimits() : null,
		vmFacts(deps, blueprint, signal),
	]);
	const [profile, addresses] =
		dind === null
			? [null, { problem: null, hostRoutes: null }]
			: await Promise.all([profileFacts(parts, o, dind.image, signal), addressFacts(deps, o, dind.image)]);
	return {
		engine: { ...engine, architecture },
		version: host.version,
		copies,
		images: await images,
		dind,
		profile,
		diskFreeBytes,
		memoryAvailableBytes,
		running: runningLoad(parts.ranges),
		outerPool: addresses.problem,
		hostRoutes: addresses.hostRoutes,
		kernel,
		sharesImages: deps.settings.get().layers !== "streamed",
		vms,
	};
}

/** The hypervisor is asked only for a blueprint that has a VM. */
async function vmFacts(
	deps: RangesDeps,
	{ machines }: ResolvedBlueprint,
	signal: AbortSignal,
): Promise<VmFacts | null> {
	const images = imagesOf(machines, "libvirt");
	if (images.length === 0) return null;
	const disks = images.map(async (image) => ({
		image,
		sizeBytes: (await deps.vms.findDisk(image))?.sizeBytes ?? null,
	}));
	return { ability: await deps.vms.ability(signal), disks: await Promise.all(disks) };
}

function runningLoad(ranges: readonly RangeRecord[]): PreflightFacts["running"] {
	const running = ranges.filter((range) => range.wanted === "running" || range.wanted === "paused");
	const load = (some: readonly RangeRecord[]) => ({
		ranges: some.length,
		machines: some.reduce((sum, range) => sum + range.machines.length, 0),
	});
	return {
		...load(running),
		unprivileged: load(running.filter((range) => range.profile === "unprivileged")),
		memoryBytes: running.reduce((sum, range) => sum + range.blueprint.limits.memoryBytes, 0),
		cpus: running.reduce((sum, range) => sum + range.blueprint.limits.cpus, 0),
	};
}

const historyAnswer = z.array(z.object({ Size: z.number() }));

/** An image's history has the sizes of its layers, lowest last, and steps without a layer among them. */
async function layersOf(
	host: DockerEngine,
	image: string,
	{ layers }: ImageFacts,
	signal: AbortSignal,
): Promise<PreflightFacts["images"][number]["layers"]> {
	const history = historyAnswer.parse(await host.api.getImage(image).history());
	signal.throwIfAborted();
	const sizes = history.map(({ Size }) => Size).filter((size) => size > 0);
	if (sizes.length !== layers.length) return null;
	return sizes.toReversed().map((sizeBytes, at) => ({ id: layers[at] ?? "", sizeBytes }));
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

/** Routes of the engine's host, without those to the outer networks of ranges; and why no outer network can be had. */
async function addressFacts(
	deps: RangesDeps,
	{ host, blueprint }: { host: DockerEngine; blueprint: ResolvedBlueprint },
	image: string,
): Promise<{ problem: string | null; hostRoutes: string[] }> {
	const { outerPool: pool } = deps.settings.get();
	const [taken, { routes }] = await Promise.all([takenSubnets(host, image), hostFacts(host, image)]);
	const hostRoutes = routes.filter((route) => !isWithin(route, pool));
	try {
		const avoid = blueprint.networks.map((network) => network.subnet);
		chooseOuterSubnet({ pool, taken, avoid });
		return { problem: null, hostRoutes };
	} catch (error) {
		if (error instanceof HomerangeError && (error.code === "PREFLIGHT_FAILED" || error.code === "INPUT_INVALID")) {
			return { problem: error.message, hostRoutes };
		}
		throw error;
	}
}

function isWithin(route: string, pool: string): boolean {
	const [inner, outer] = [parseCidr(route), parseCidr(pool)];
	return inner !== null && outer !== null && inner.prefix >= outer.prefix && overlaps(inner, outer);
}

/** Null when the engine's disk is not of this machine, or closed to us: then nobody knows. */
async function freeDisk(host: DockerEngine, signal: AbortSignal): Promise<number | null> {
	const folder = await localDataFolder(host, signal);
	return folder === null ? null : (await spaceOf(folder)).freeBytes;
}
