import { formatSize } from "../../blueprint/quantities.ts";
import type { HostAbility } from "./ability/host-ability.ts";
import { enableAcceleration, enableIommu, installEfi, installSecureBoot, installTpm } from "./ability/remedies.ts";
import { canStartWith, chooseFirmware, chooseTpmModel, wantsTpm } from "./choices.ts";
import { type Finding, problem, warning } from "./findings.ts";
import type { DomainTemplate } from "./template/load.ts";
import type { CheckedVariables } from "./variables.ts";

/** What a machine would get. A part that is not known yet is null and not checked. */
export interface Hardware {
	readonly vcpus: number | null;
	readonly memoryBytes: number | null;
	/** The largest disk. */
	readonly diskBytes: number | null;
}

/** Compares with what the guest's system needs at least, and with what the host has. */
export function checkHardware(
	template: DomainTemplate,
	wanted: Hardware,
	host: HostAbility | null,
): readonly Finding[] {
	const { minimum, title } = template;
	const findings: Finding[] = [];
	const { vcpus, memoryBytes, diskBytes } = wanted;
	if (vcpus !== null && vcpus < minimum.cpus) {
		findings.push(
			problem(`${title} needs at least ${minimum.cpus} processors, not ${vcpus}.`, `Give it ${minimum.cpus}.`),
		);
	}
	for (const [what, bytes, least] of [
		["of memory", memoryBytes, minimum.memoryBytes],
		["of disk", diskBytes, minimum.diskBytes],
	] as const) {
		if (bytes === null || bytes >= least) continue;
		const needed = formatSize(least);
		findings.push(
			problem(`${title} needs at least ${needed} ${what}, not ${formatSize(bytes)}.`, `Give it ${needed}.`),
		);
	}
	if (vcpus !== null && host?.maxVcpus && vcpus > host.maxVcpus) {
		findings.push(problem(`The host can give a machine at most ${host.maxVcpus} processors.`, "Ask for fewer."));
	} else if (vcpus !== null && host?.cpus && vcpus > host.cpus) {
		findings.push(
			warning(`The machine gets ${vcpus} processors and the host has ${host.cpus}: it will be slower than with fewer.`),
		);
	}
	if (memoryBytes !== null && host?.memoryBytes && memoryBytes > host.memoryBytes) {
		const has = formatSize(Math.floor(host.memoryBytes / 1024 ** 2) * 1024 ** 2);
		findings.push(problem(`The host has ${has} of memory, less than the machine would get.`, "Give it less memory."));
	}
	return findings;
}

/**
 * Whether the host can run a template at all, before a machine is described. Errors say what to install or to switch
 * on; warnings say what the guest will lack.
 */
export function checkAbility(
	template: DomainTemplate,
	host: HostAbility,
	wanted: Pick<CheckedVariables, "firmware" | "tpm" | "cpuMode"> = { cpuMode: "auto" },
): readonly Finding[] {
	const findings: Finding[] = [];
	if (!template.architectures.some((arch) => arch === host.arch)) {
		findings.push(
			problem(
				`${template.title} is made for ${template.architectures.join(" and ")}, and this host runs guests of ${host.arch}.`,
				"Choose another template, or a host with such a processor.",
			),
		);
		return findings;
	}
	findings.push(...checkAcceleration(template, host), ...checkFirmware(template, host, wanted.firmware));
	if (wantsTpm(template, wanted.tpm)) {
		if (template.tpm === "none")
			findings.push(problem(`${template.title} has no use for a TPM.`, "Leave the TPM out."));
		else if (chooseTpmModel(host) === null) {
			findings.push(problem(`${template.title} needs a TPM 2.0, and this host cannot emulate one.`, installTpm));
		}
	} else if (template.tpm === "required") {
		findings.push(problem(`${template.title} does not install without a TPM 2.0.`, "Leave the TPM in."));
	}
	if (wanted.cpuMode !== "auto" && !host.cpuModes.includes(wanted.cpuMode)) {
		const modes = host.cpuModes.join(", ");
		findings.push(problem(`This host has no processor mode ${wanted.cpuMode}.`, `Use auto, or one of ${modes}.`));
	}
	return findings;
}

function checkAcceleration(template: DomainTemplate, host: HostAbility): readonly Finding[] {
	if (host.virtType !== "qemu") return [];
	const why = host.emulationReason === null ? "" : ` (${host.emulationReason})`;
	if (template.acceleration === "required") {
		return [problem(`${template.title} cannot run here: it needs hardware acceleration${why}.`, enableAcceleration)];
	}
	return [
		warning(
			`The machine's processor is emulated${why}. It is many times slower than with hardware acceleration.`,
			host.hostArch === host.arch ? enableAcceleration : null,
		),
	];
}

function checkFirmware(
	template: DomainTemplate,
	host: HostAbility,
	wanted: CheckedVariables["firmware"],
): readonly Finding[] {
	const chosen = chooseFirmware(template, wanted, host);
	if (!template.firmware.includes(chosen)) {
		const allowed = template.firmware.join(" or ");
		return [problem(`${template.title} does not start with the firmware ${chosen}.`, `Use ${allowed}.`)];
	}
	if (canStartWith(chosen, host)) return [];
	if (chosen === "bios") return [problem(`Guests of ${host.arch} have no BIOS.`, "Use efi.")];
	if (!host.hasEfi) {
		const remedy = chosen === "efi-secure" ? installSecureBoot : (installEfi[host.arch] ?? null);
		return [problem(`${template.title} starts with UEFI, and this host has no such firmware for guests.`, remedy)];
	}
	return [
		problem(`${template.title} needs secure boot, and this host has no firmware that can do it.`, installSecureBoot),
	];
}

/** What the devices ask of the host, and what they say of one another. */
export function checkDevices(
	template: DomainTemplate,
	variables: CheckedVariables,
	host: HostAbility,
): readonly Finding[] {
	const findings: Finding[] = [];
	if (variables.hostdevs.length === 0 && template.hostdevs === "required") {
		findings.push(
			problem(
				`${template.title} is given a device of the host, and none was chosen.`,
				"Choose one, with its whole IOMMU group.",
			),
		);
	}
	if (variables.hostdevs.length > 0) {
		if (!host.hasHostdevPci) findings.push(problem("This host's libvirt cannot give devices to machines."));
		else if (!host.hasIommu)
			findings.push(problem("Devices cannot be given away: the host's IOMMU is off.", enableIommu));
	}
	if (template.needsAppleSmcKey && !variables.appleSmcKey) {
		findings.push(
			problem(
				`${template.title} asks its hardware for the key of Apple's system controller, and none was given.`,
				"Read the key (64 characters) from your own Mac.",
			),
		);
	}
	if (variables.disks.length === 0 && variables.cdroms.every(({ path }) => path === null)) {
		findings.push(warning("The machine has no disk and no medium in a drive, so it has nothing to start from."));
	}
	for (const disk of variables.disks) {
		if (disk.readonly && disk.bus === "sata") {
			findings.push(problem(`The disk ${disk.path} cannot be read-only on SATA.`, "Attach it as virtio or scsi."));
		}
	}
	const macs = variables.nics.map(({ mac }) => mac);
	const twice = macs.find((mac, index) => macs.indexOf(mac) !== index);
	if (twice !== undefined)
		findings.push(problem(`Two network cards have the address ${twice}.`, "Change one of them."));
	const orders = [...variables.disks, ...variables.cdroms].flatMap(({ bootOrder }) => bootOrder ?? []);
	const sameOrder = orders.find((order, index) => orders.indexOf(order) !== index);
	if (sameOrder !== undefined) {
		findings.push(problem(`Two devices have the place ${sameOrder} in the boot order.`, "Change one of them."));
	}
	if (variables.vnc !== null && !host.graphics.includes("vnc")) {
		findings.push(
			problem("This host's QEMU has no VNC server.", "Make the machine without a screen, or install a QEMU with VNC."),
		);
	}
	return findings;
}
