import { asWritten, type Check, writtenKeys } from "./check.ts";
import { checkFiles } from "./check-files.ts";
import { checkReady } from "./check-ready.ts";
import { checkSource, providerOf, sourceOf } from "./check-source.ts";
import type { MachineFormat } from "./format.ts";
import { defaultLimits, formatLimits, smallest } from "./limits.ts";
import { formatSize, parseSize } from "./quantities.ts";

/** Checks what one machine says, network cards and dependencies apart. */
export function checkMachines(check: Check): void {
	const { draft, root, issues } = check;
	const written = writtenKeys(root, ["machines"]);
	if (draft.machines !== undefined && written.length === 0) {
		issues.error(
			["machines"],
			"A blueprint has at least one machine.",
			"Write machines: { web: { template: debian-web, nics: [{ network: lan }] } }.",
		);
	}
	for (const [name, machine] of Object.entries(draft.machines ?? {})) {
		checkSource(check, name, machine);
		checkSizes(check, name, machine);
		checkReady(check, ["machines", name, "ready"], machine.ready);
		checkFiles(check, name, machine);
		checkMaps(check, name, machine);
		checkConsole(check, name, machine);
		checkCommand(check, name, machine);
	}
	checkHostnames(check);
	checkTotals(check);
}

function checkSizes({ issues, library }: Check, name: string, machine: MachineFormat): void {
	const { memory, disk, cpus } = machine;
	const memoryBytes = memory === undefined ? null : parseSize(memory);
	if (memoryBytes !== null && memoryBytes < smallest.machineMemory) {
		const least = formatSize(smallest.machineMemory);
		issues.error(
			["machines", name, "memory"],
			`${memory} of memory is too small: the machine would not start.`,
			`Use at least ${least}.`,
		);
	}
	const diskBytes = disk === undefined ? null : parseSize(disk);
	if (diskBytes !== null && diskBytes < smallest.machineDisk) {
		const least = formatSize(smallest.machineDisk);
		issues.error(
			["machines", name, "disk"],
			`${disk} of disk is too small: the machine would not start.`,
			`Use at least ${least}.`,
		);
	}
	if (providerOf(library, machine) === "libvirt" && cpus !== undefined && !Number.isInteger(cpus)) {
		issues.error(
			["machines", name, "cpus"],
			"A virtual machine has a whole number of CPUs.",
			`Write ${Math.max(1, Math.round(cpus))}.`,
		);
	}
}

/** Names that every system has already, so that a machine cannot have them. */
const reservedHostnames = ["localhost", "localhost.localdomain", "host.docker.internal", "gateway.docker.internal"];

function checkHostnames({ draft, issues }: Check): void {
	const owners = new Map<string, string>();
	for (const [name, machine] of Object.entries(draft.machines ?? {})) {
		const hostname = (machine.hostname ?? name).toLowerCase();
		const path = machine.hostname === undefined ? ["machines", name] : ["machines", name, "hostname"];
		if (reservedHostnames.includes(hostname)) {
			issues.error(path, `"${hostname}" means the machine itself or its host everywhere.`, "Choose another hostname.");
		}
		const owner = owners.get(hostname);
		if (owner === undefined) owners.set(hostname, name);
		else {
			issues.warning(
				path,
				`"${name}" and "${owner}" have the same hostname "${hostname}".`,
				"Give one of them another hostname.",
			);
		}
	}
}

function checkMaps({ root, issues }: Check, name: string, { environment, labels }: MachineFormat): void {
	for (const [key, map, limit] of [
		["environment", environment, formatLimits.environment],
		["labels", labels, formatLimits.labels],
	] as const) {
		const path = ["machines", name, key];
		const count = writtenKeys(root, path).length;
		if (count > limit) issues.error(path, `This map has ${count} entries, at most ${limit} are allowed.`);
		for (const [entry, value] of Object.entries(map ?? {})) {
			if (asWritten(root, [...path, entry], value).includes("\0")) {
				issues.error([...path, entry], "A NUL character cannot stand here.");
			}
		}
	}
	for (const label of Object.keys(labels ?? {})) {
		if (label.startsWith("io.homerange.") || label.startsWith("com.docker.")) {
			const path = ["machines", name, "labels", label];
			issues.error(
				path,
				`Labels that begin with "${label.split(".", 2).join(".")}." belong to the engines.`,
				"Choose another name.",
				"key",
			);
		}
	}
}

function checkConsole({ issues, library }: Check, name: string, machine: MachineFormat): void {
	if (machine.console?.serial === true && providerOf(library, machine) === "docker") {
		issues.warning(
			["machines", name, "console", "serial"],
			`"${name}" is a container and has no serial console.`,
			"Leave out serial; the shell console is there.",
		);
	}
}

function checkCommand({ issues, library }: Check, name: string, machine: MachineFormat): void {
	if (machine.command === undefined || providerOf(library, machine) === "docker") return;
	issues.error(
		["machines", name, "command"],
		`"${name}" is a virtual machine and boots what is on its disk: it takes no command.`,
		"Leave it out; post_boot runs commands after the boot.",
	);
}

/** A range whose machines may want more than the range has is allowed: not all want it at once. */
function checkTotals({ draft, library, issues }: Check): void {
	const { limits } = draft;
	const memory = (limits?.memory === undefined ? null : parseSize(limits.memory)) ?? defaultLimits.memoryBytes;
	const disk = limits?.disk === undefined ? null : parseSize(limits.disk);
	if (limits?.memory !== undefined && memory < smallest.rangeMemory) {
		issues.error(
			["limits", "memory"],
			`${limits.memory} is too small for a range: its own engine needs a part of it.`,
			`Use at least ${formatSize(smallest.rangeMemory)}.`,
		);
	}
	if (disk !== null && disk < smallest.rangeDisk) {
		issues.error(
			["limits", "disk"],
			`${limits?.disk} is too small for a range: images need space too.`,
			`Use at least ${formatSize(smallest.rangeDisk)}.`,
		);
	}
	let memorySum = 0;
	let diskSum = 0;
	for (const machine of Object.values(draft.machines ?? {})) {
		const defaults = sourceOf(library, machine)?.defaults;
		memorySum += (machine.memory === undefined ? defaults?.memoryBytes : parseSize(machine.memory)) ?? 0;
		diskSum += (machine.disk === undefined ? defaults?.diskBytes : parseSize(machine.disk)) ?? 0;
	}
	const path = limits?.memory === undefined ? ["machines"] : ["limits", "memory"];
	if (memorySum > memory) {
		issues.warning(
			path,
			`The machines may use ${megabytes(memorySum)} of memory, the range has ${megabytes(memory)}.`,
			"Raise limits.memory, or lower the memory of machines.",
		);
	}
	if (disk !== null && diskSum > disk) {
		issues.warning(
			["limits", "disk"],
			`The machines may use ${megabytes(diskSum)} of disk, the range has ${megabytes(disk)}.`,
			"Raise limits.disk, or lower the disk of machines.",
		);
	}
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;
