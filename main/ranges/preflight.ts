import type { PreflightFinding } from "../../contract/blueprints.ts";
import type { EngineStatus } from "../../contract/engines.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import type { ArchitectureMatch } from "../docker/architecture.ts";

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
	}[];
	/** The image of the range's own container: null when neither it nor a stand-in is on the host. */
	readonly dind: { readonly image: string; readonly reason: string | null } | null;
	readonly profile: { readonly name: string; readonly reason: string; readonly limitsReason: string | null } | null;
	/** Free bytes where the engine keeps its data; null when it cannot be seen from here. */
	readonly diskFreeBytes: number | null;
	/** Memory limits of the ranges that run, together. */
	readonly runningMemoryBytes: number;
	/** Why no outer network can be had; null when one can. */
	readonly outerPool: string | null;
	/** `fs.inotify.max_user_instances` of the engine's host; null when it cannot be seen. */
	readonly inotifyInstances: number | null;
}

/** Each range's container takes a few of them; the kernel's default is 128 for all containers of a user. */
const fewInotifyInstances = 256;

/** One report of errors, warnings and facts, before anything is made. Pure. */
export function preflightFindings(blueprint: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	return [
		...engineFindings(facts),
		...profileFindings(blueprint, facts),
		...imageFindings(facts),
		...memoryFindings(blueprint, facts),
		...cpuFindings(blueprint, facts),
		...diskFindings(blueprint, facts),
		...hostFindings(facts),
	];
}

const error = (subject: string, message: string, remedy: string | null): PreflightFinding => ({
	severity: "error",
	subject,
	message,
	remedy,
});
const warning = (subject: string, message: string, remedy: string | null): PreflightFinding => ({
	severity: "warning",
	subject,
	message,
	remedy,
});
const fact = (subject: string, message: string): PreflightFinding => ({
	severity: "fact",
	subject,
	message,
	remedy: null,
});

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
	} else if (dind.reason !== null) findings.push(warning("isolation", dind.reason, null));
	if (profile === null) return findings;
	findings.push(fact("isolation", `Isolation profile ${profile.name}. ${profile.reason}`));
	const limited = blueprint.machines.filter((machine) => machine.memoryBytes !== null || machine.cpus !== null);
	if (profile.limitsReason !== null && limited.length > 0) {
		const names = limited.map((machine) => machine.name).join(", ");
		findings.push(warning("limits", `The own limits of ${names} cannot be enforced. ${profile.limitsReason}`, null));
	}
	return findings;
}

function imageFindings({ images, engine }: PreflightFacts): PreflightFinding[] {
	return images.flatMap(({ image, sizeBytes, match, architecture }) => {
		if (sizeBytes === null) {
			return [
				warning(
					"images",
					`${image} is not on the host and will be pulled.`,
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

function memoryFindings(blueprint: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	const { limits, machines } = blueprint;
	const { copies, engine, runningMemoryBytes } = facts;
	const asked = machines.reduce((sum, machine) => sum + (machine.memoryBytes ?? 0), 0);
	if (asked * copies > engine.memoryBytes) {
		return [
			error(
				"memory",
				`The machines ask for ${formatBytes(asked * copies)} of memory and the engine's host has ${formatBytes(engine.memoryBytes)}.`,
				"Give the machines less memory, deploy fewer copies, or use a larger host.",
			),
		];
	}
	const findings: PreflightFinding[] = [];
	if (asked > limits.memoryBytes) {
		findings.push(
			warning(
				"memory",
				`The machines ask for ${formatBytes(asked)} together, the range's limit is ${formatBytes(limits.memoryBytes)}.`,
				"Raise limits.memory, or give the machines less.",
			),
		);
	}
	const all = runningMemoryBytes + limits.memoryBytes * copies;
	if (all > engine.memoryBytes) {
		findings.push(
			warning(
				"memory",
				`With the ranges that run, limits add up to ${formatBytes(all)} and the engine's host has ${formatBytes(engine.memoryBytes)}.`,
				"Stop ranges that are not needed now.",
			),
		);
	}
	return findings;
}

function cpuFindings({ limits, machines }: ResolvedBlueprint, { engine }: PreflightFacts): PreflightFinding[] {
	const most = Math.max(0, ...machines.map((machine) => machine.cpus ?? 0));
	if (most > engine.cpus) {
		return [
			warning(
				"cpus",
				`A machine asks for ${most} CPUs and the engine's host has ${engine.cpus}: it gets what is there.`,
				null,
			),
		];
	}
	if (limits.cpus <= engine.cpus) return [];
	return [
		fact("cpus", `The range may use all ${engine.cpus} CPUs of the engine's host (its limit is ${limits.cpus}).`),
	];
}

function diskFindings(
	blueprint: ResolvedBlueprint,
	{ images, diskFreeBytes, copies }: PreflightFacts,
): PreflightFinding[] {
	const findings: PreflightFinding[] = [];
	const wantsDisk =
		blueprint.limits.diskBytes !== null || blueprint.machines.some((machine) => machine.diskBytes !== null);
	if (wantsDisk) {
		findings.push(warning("disk", "Disk limits of containers cannot be enforced by this engine's storage.", null));
	}
	if (diskFreeBytes === null) return findings;
	const needed = images.reduce((sum, image) => sum + (image.sizeBytes ?? 0), 0) * copies;
	const sizes = `${formatBytes(needed)} for images, and ${formatBytes(diskFreeBytes)} are free where Docker keeps its data.`;
	if (needed > diskFreeBytes) {
		findings.push(error("disk", `The range needs ${sizes}`, "Free disk space, or deploy fewer copies."));
	} else if (needed * 1.25 > diskFreeBytes) {
		findings.push(warning("disk", `The range needs ${sizes} Little would be left.`, "Free disk space."));
	} else findings.push(fact("disk", `The range needs ${sizes}`));
	return findings;
}

function hostFindings({ outerPool, inotifyInstances, copies }: PreflightFacts): PreflightFinding[] {
	const findings: PreflightFinding[] = [];
	if (outerPool !== null) {
		findings.push(error("addresses", outerPool, "Destroy ranges that are not needed, or set another outer pool."));
	}
	if (inotifyInstances !== null && inotifyInstances < fewInotifyInstances && copies > 5) {
		findings.push(
			warning(
				"kernel",
				`The kernel allows ${inotifyInstances} inotify instances for all containers together; many ranges use them up.`,
				"sudo sysctl fs.inotify.max_user_instances=1024",
			),
		);
	}
	return findings;
}
