import type { PreflightFinding } from "../../contract/blueprints.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import type { PreflightFacts } from "./preflight.ts";
import { error, fact, warning } from "./preflight-finding.ts";

/** What a range's own two daemons take when nothing happens in it. */
const idleRangeBytes = 160 * 1024 ** 2;
/** A machine without a limit of its own is reckoned as a small one. */
const smallMachineBytes = 32 * 1024 ** 2;

export function memoryFindings(blueprint: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	const { limits, machines } = blueprint;
	const { copies, engine, running, memoryAvailableBytes: available } = facts;
	const asked = machines.reduce((sum, machine) => sum + (machine.memoryBytes ?? 0), 0) * copies;
	if (asked > engine.memoryBytes) {
		return [
			error(
				"memory",
				`The machines ask for ${formatBytes(asked)} of memory and the engine's host has ${formatBytes(engine.memoryBytes)}.`,
				"Give the machines less memory, deploy fewer copies, or use a larger host.",
			),
		];
	}
	const findings: PreflightFinding[] = [];
	const all = running.memoryBytes + limits.memoryBytes * copies;
	if (all > engine.memoryBytes) {
		findings.push(
			warning(
				"memory",
				`With the ranges that run, limits add up to ${formatBytes(all)} and the engine's host has ${formatBytes(engine.memoryBytes)}.`,
				"Stop ranges that are not needed now.",
			),
		);
	}
	if (available === null) return findings;
	const sumOf = (some: typeof machines, start: number) =>
		some.reduce((sum, machine) => sum + (machine.memoryBytes ?? smallMachineBytes), start);
	const containers = sumOf(
		machines.filter(({ provider }) => provider === "docker"),
		idleRangeBytes,
	);
	// A VM's memory is its own, beside the limit of the range's container.
	const vms = sumOf(
		machines.filter(({ provider }) => provider === "libvirt"),
		0,
	);
	const needed = (Math.min(containers, limits.memoryBytes) + vms) * copies;
	const free = `${formatBytes(available)} are free on the engine's host now`;
	if (needed > available) {
		findings.push(
			warning(
				"memory",
				`The range needs up to ${formatBytes(needed)} of memory, and ${free}.`,
				"Stop ranges or programs that are not needed now, or give the machines less memory.",
			),
		);
	} else findings.push(fact("memory", `The range needs up to ${formatBytes(needed)} of memory, and ${free}.`));
	return findings;
}

export function cpuFindings({ limits, machines }: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	const { engine, copies, running } = facts;
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
	if (limits.cpus > engine.cpus) {
		return [
			fact("cpus", `The range may use all ${engine.cpus} CPUs of the engine's host (its limit is ${limits.cpus}).`),
		];
	}
	const all = running.cpus + limits.cpus * copies;
	if (all <= engine.cpus) return [];
	return [
		fact("cpus", `With the ranges that run, up to ${all} CPUs are asked for; ${engine.cpus} are shared among them.`),
	];
}

export function diskFindings(blueprint: ResolvedBlueprint, facts: PreflightFacts): PreflightFinding[] {
	const { images, diskFreeBytes, copies, sharesImages } = facts;
	const findings: PreflightFinding[] = [];
	const wantsDisk =
		blueprint.limits.diskBytes !== null ||
		blueprint.machines.some((machine) => machine.provider === "docker" && machine.diskBytes !== null);
	if (wantsDisk) {
		findings.push(warning("disk", "Disk limits of containers cannot be enforced by this engine's storage.", null));
	}
	if (diskFreeBytes === null || images.length === 0) return findings;
	const whole = images.reduce((sum, image) => sum + (image.sizeBytes ?? 0), 0);
	const stored = storedBytes(images);
	// Where linking does not work after all, each copy has its own and the disk guard watches the rest.
	const needed = sharesImages ? stored : stored * copies;
	const saved = whole - stored;
	const sharing = saved > 0 ? ` (layers that its images share are stored once, which saves ${formatBytes(saved)})` : "";
	const spread = sharesImages
		? `, which ${copies} copies share`
		: `, ${formatBytes(stored)} in each of ${copies} copies`;
	const each = copies > 1 ? spread : "";
	const sizes = `${formatBytes(needed)} for images${each}${sharing}, and ${formatBytes(diskFreeBytes)} are free where Docker keeps its data.`;
	if (needed > diskFreeBytes) {
		findings.push(error("disk", `The range needs ${sizes}`, "Free disk space, or deploy fewer copies."));
	} else if (needed * 1.25 > diskFreeBytes) {
		findings.push(warning("disk", `The range needs ${sizes} Little would be left.`, "Free disk space."));
	} else findings.push(fact("disk", `The range needs ${sizes}`));
	return findings;
}

/** Bytes of the images in one range, where a layer of several is stored once. */
function storedBytes(images: PreflightFacts["images"]): number {
	const layers = new Map<string, number>();
	let others = 0;
	for (const image of images) {
		if (image.layers === null) others += image.sizeBytes ?? 0;
		else for (const { id, sizeBytes } of image.layers) layers.set(id, sizeBytes);
	}
	return others + [...layers.values()].reduce((sum, bytes) => sum + bytes, 0);
}
