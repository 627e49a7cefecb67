import { formatBytes } from "../../../contract/format-bytes.ts";
import type {
	LibraryUser,
	MachineDefaults,
	RangeSnapshot,
	Readiness,
	Snapshot,
	Template,
} from "../../../contract/library.ts";
import { networkTable } from "./network-table.ts";
import { plain, table } from "./text.ts";

export function templateText(template: Template): string {
	return factsText(template.name, [
		["title", template.title],
		["description", template.description],
		["os", template.os],
		["kind", `${template.kind} (${template.provider})`],
		["image", template.image],
		["display", template.display],
		["processor", template.architecture === "both" ? "x86_64 and arm64" : template.architecture],
		...defaultFacts(template),
		["tags", template.tags.join(", ")],
		["from", template.shipped ? "shipped with Homerange" : "made here"],
		["used by", usersText(template.users)],
	]);
}

export function snapshotText(snapshot: Snapshot): string {
	const { source, parent, children, rangeSnapshot } = snapshot;
	return factsText(snapshot.name, [
		["id", snapshot.id],
		["description", snapshot.description],
		["taken", `${snapshot.createdAt} of ${source.machine}${source.range === "" ? "" : ` in ${source.range}`}`],
		["stands on", parent === null ? `${source.kind} ${source.name}` : `snapshot ${parent.name}`],
		["below it", children.map(({ name }) => name).join(", ")],
		["part of", rangeSnapshot?.name ?? ""],
		["size", sizeText(snapshot)],
		["image", snapshot.present === false ? `${snapshot.image}, which is gone` : snapshot.image],
		...defaultFacts(snapshot.defaults),
		["tags", snapshot.tags.join(", ")],
		["used by", usersText(snapshot.users)],
	]);
}

export function rangeSnapshotText(snapshot: RangeSnapshot): string {
	const facts = factsText(snapshot.name, [
		["id", snapshot.id],
		["description", snapshot.description],
		["taken", `${snapshot.createdAt} of ${snapshot.range.name}`],
		["blueprint", snapshot.blueprint.title ?? snapshot.blueprint.name],
		["size", sizeText(snapshot)],
		["used by", usersText(snapshot.users)],
	]);
	const machines = snapshot.machines.map(({ name, snapshot: part, sizeBytes, ownBytes }) => [
		name,
		part.name,
		formatBytes(ownBytes),
		formatBytes(sizeBytes - ownBytes),
	]);
	return [
		facts,
		networkTable(snapshot.networks, snapshot.routes),
		table(["MACHINE", "SNAPSHOT", "OWN", "SHARED"], machines),
	].join("\n\n");
}

function sizeText({
	sizeBytes,
	ownBytes,
	sharedBytes,
}: Pick<Snapshot, "sizeBytes" | "ownBytes" | "sharedBytes">): string {
	return `${formatBytes(sizeBytes)}: ${formatBytes(ownBytes)} of its own, ${formatBytes(sharedBytes)} shared`;
}

/** What a machine gets from where it starts. */
export function defaultFacts(defaults: MachineDefaults): [string, string][] {
	const { cpus, memoryBytes, diskBytes, consoles, vncPort, command, environment, ports, readiness } = defaults;
	return [
		["cpus", cpus === null ? "" : String(cpus)],
		["memory", memoryBytes === null ? "" : formatBytes(memoryBytes)],
		["disk", diskBytes === null ? "" : formatBytes(diskBytes)],
		[
			"consoles",
			[...consoles.filter((kind) => kind !== "vnc"), ...(vncPort === null ? [] : [`vnc ${vncPort}`])].join(", "),
		],
		["command", command === null ? "" : command.map((word) => JSON.stringify(word)).join(" ")],
		[
			"environment",
			Object.entries(environment)
				.map(([key, value]) => `${key}=${value}`)
				.join(" "),
		],
		["ports", ports.join(", ")],
		["ready", readiness === null ? "" : readinessText(readiness)],
	];
}

function readinessText(probe: Readiness): string {
	switch (probe.kind) {
		case "tcp":
			return `port ${probe.port} accepts a connection`;
		case "http":
			return `http on port ${probe.port}, ${probe.path}`;
		case "exec":
			return probe.command.join(" ");
		case "log":
			return `its output says ${probe.pattern}`;
	}
}

export function usersText(users: readonly LibraryUser[]): string {
	return users
		.map(({ kind, name, machine }) => (machine === null ? `${kind} ${name}` : `${machine} of ${name}`))
		.join(", ");
}

/** A name, and below it what is known of it. */
export function factsText(name: string, facts: readonly (readonly [string, string])[]): string {
	return [plain(name), ...facts.map(([key, value]) => `  ${key.padEnd(12)} ${value === "" ? "-" : plain(value)}`)].join(
		"\n",
	);
}
