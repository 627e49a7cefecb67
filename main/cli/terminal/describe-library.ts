import { formatBytes } from "../../../contract/format-bytes.ts";
import type { LibraryUser, MachineDefaults, Readiness, Template } from "../../../contract/library.ts";
import { plain } from "./text.ts";

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
