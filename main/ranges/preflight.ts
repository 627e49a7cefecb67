import type { PreflightFinding } from "../../contract/blueprints.ts";
import type { EngineStatus } from "../../contract/engines.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import { overlaps, parseCidr } from "../dind/index.ts";
import type { ArchitectureMatch } from "../docker/architecture.ts";
import { isOwnImage } from "../docker/images.ts";
import { error, fact, warning } from "./preflight-finding.ts";
import { type KernelLimits, kernelFindings, type Load } from "./preflight-kernel.ts";
import { cpuFindings, diskFindings, memoryFindings } from "./preflight-resources.ts";
import { type VmFacts, vmFindings } from "./preflight-vms.ts";

/** What is known before a deploy; gathered by `gather-facts.ts`. */
export interface PreflightFacts {
	readonly engine: NonNullable<EngineStatus["facts"]>;
	readonly version: string;
	readonly copies: number;
	readonly images: readonly {
		readonly image: string;
		/** Null when it is not on the host. */
		readonly sizeBytes: number | null;
		readonly match: ArchitectureMatch;
		readonly architecture: string;
		/** Its unpacked layers by their digests; null when their sizes are not known one by one. */
		readonly layers: readonly { readonly id: string; readonly sizeBytes: number }[] | null;
	}[];
	/** The image of the range's own container: null when neither it nor a stand-in is on the host. */
	readonly dind: { readonly image: string; readonly reason: string | null } | null;
	readonly profile: { readonly name: string; readonly reason: string; readonly limitsReason: string | null } | null;
	/** Free bytes where the engine keeps its data; null when it cannot be seen from here. */
	readonly diskFreeBytes: number | null;
	/** What the kernel of the engine's host could give to new programs; null when it cannot be seen from here. */
	readonly memoryAvailableBytes: number | null;
	/** The other ranges that run: their limits together, and how much of them there is. */
	readonly running: Load & {
		readonly memoryBytes: number;
		readonly cpus: number;
		readonly unprivileged: Load;
	};
	/** Why no outer network can be had; null when one can. */
	readonly outerPool: string | null;
	/** Networks that the engine's host has routes to; null when they cannot be seen. */
	readonly hostRoutes: readonly string[] | null;
	readonly kernel: KernelLimits | null;
	/** Ranges link their images from one store, where that works. */
	readonly sharesImages: boolean;
	/** Null when the blueprint has no virtual machine. */
	readonly vms: VmFacts | null;
}

/** One report of errors, warnings and facts, before anything is made. Pure. */
export function preflightFindings(blueprint: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	return [
		...engineFindings(facts),
		...profileFindings(blueprint, facts),
		...imageFindings(facts),
		...memoryFindings(blueprint, facts),
		...cpuFindings(blueprint, facts),
		...diskFindings(blueprint, facts),
		...addressFindings(blueprint, facts),
		...vmFindings(blueprint, facts.vms),
		...kernelFindings(facts.kernel, loadWith(blueprint, facts)),
	];
}

function engineFindings({ engine, version }: PreflightFacts): PreflightFinding[] {
	const { name, operatingSystem, cpus, memoryBytes } = engine;
	return [
		fact(
			"engine",
			`Docker ${version} on ${name} (${operatingSystem}), ${cpus} CPUs, ${formatBytes(memoryBytes)} of memory.`,
		),
	];
}

function profileFindings(blueprint: ResolvedBlueprint, { dind, profile }: PreflightFacts): PreflightFinding[] {
	const findings: PreflightFinding[] = [];
	if (dind === null) {
		findings.push(
			warning(
				"isolation",
				"The range's engine image is not on the host and will be pulled.",
				"Pull it before you go offline.",
			),
		);
		// Either way the range is made, so there is nothing to agree to.
	} else if (dind.reason !== null) findings.push(fact("isolation", dind.reason));
	if (profile === null) return findings;
	findings.push(fact("isolation", `Isolation profile ${profile.name}. ${profile.reason}`));
	const limited = blueprint.machines.filter((machine) => machine.memoryBytes !== null || machine.cpus !== null);
	if (profile.limitsReason !== null && limited.length > 0) {
		const names = limited.map((machine) => machine.name).join(", ");
		// The profile's declared difference, true of every deploy in it: told, not asked about each time.
		findings.push(fact("limits", `The own limits of ${names} cannot be enforced. ${profile.limitsReason}`));
	}
	return findings;
}

function imageFindings({ images, engine }: PreflightFacts): PreflightFinding[] {
	return images.flatMap(({ image, sizeBytes, match, architecture }) => {
		if (sizeBytes === null && isOwnImage(image)) {
			return [
				error(
					"images",
					`The saved disk ${image} is gone: somebody removed its image.`,
					"Bring it back from a bundle that holds it, or start from another snapshot or template.",
				),
			];
		}
		if (sizeBytes === null) {
			return [
				warning(
					"images",
					`${image} is not on the host and will be pulled; its size is not known before.`,
					`Pull it before you go offline: docker pull ${image}`,
				),
			];
		}
		if (match === "impossible") {
			return [
				error(
					"images",
					`${image} is made for ${architecture}; this Docker Engine runs ${engine.architecture}.`,
					`Use an image for ${engine.architecture}.`,
				),
			];
		}
		const present = fact("images", `${image} is on the host, ${formatBytes(sizeBytes)}.`);
		if (match === "native") return [present];
		return [present, warning("images", `${image} is made for ${architecture} and is emulated: slow.`, null)];
	});
}

/** Ranges are islands, so a blueprint may use any address. Only what it hides from its own machines is told. */
function addressFindings({ networks }: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	const { outerPool, hostRoutes } = facts;
	if (outerPool !== null) {
		return [error("addresses", outerPool, "Destroy ranges that are not needed, or set another outer pool.")];
	}
	const hasInternet = networks.some((network) => network.internet);
	const hits = networks.flatMap(({ name, subnet }) =>
		(hostRoutes ?? []).filter((route) => isOverlap(subnet, route)).map((route) => `${name} ${subnet} with ${route}`),
	);
	if (hits.length === 0) return [];
	const message = `Networks of the blueprint have addresses that the engine's host uses, too: ${hits.join(", ")}.`;
	if (!hasInternet) return [fact("addresses", `${message} Inside a range that disturbs nothing.`)];
	return [
		warning(
			"addresses",
			`${message} Nothing breaks, but machines with internet reach the range's own addresses there, never the host's.`,
			"Give these networks other subnets if that matters.",
		),
	];
}

function isOverlap(one: string, other: string): boolean {
	const [a, b] = [parseCidr(one), parseCidr(other)];
	return a !== null && b !== null && overlaps(a, b);
}

/** The ranges that run, and the copies of this one. */
function loadWith(blueprint: ResolvedBlueprint, facts: PreflightFacts): { all: Load; unprivileged: Load } {
	const own = { ranges: facts.copies, machines: blueprint.machines.length * facts.copies };
	const sum = (a: Load, b: Load): Load => ({ ranges: a.ranges + b.ranges, machines: a.machines + b.machines });
	const isUnprivileged = facts.profile?.name === "unprivileged";
	const { running } = facts;
	return {
		all: sum(running, own),
		unprivileged: isUnprivileged ? sum(running.unprivileged, own) : running.unprivileged,
	};
}
