import { attribute, child, children, parseXml, textAt, wholeNumber, type XmlElement } from "../xml/parse.ts";
import type { HostAbility } from "./host-ability.ts";

/** What to ask a connection for (getDomainCapabilities), and what the answer means. */
export interface AbilityQuestion {
	readonly emulator: string;
	readonly arch: string;
	readonly machine: "q35" | "virt" | "pc";
	readonly virtType: "kvm" | "hvf" | "qemu";
}

/**
 * What to ask libvirt for guests of an architecture, best first; the first question that it answers without an error
 * counts. Capabilities that name KVM do not prove that it works: the daemon may not be allowed to open /dev/kvm, and
 * says so only when it is asked for it. Empty: no emulator for that architecture. Errors: `INPUT_INVALID`.
 */
export function abilityQuestions(capabilities: string, arch: string | null = null): readonly AbilityQuestion[] {
	const root = parseXml(capabilities, "libvirt's capabilities");
	const wanted = arch ?? textAt(root, "host", "cpu", "arch");
	for (const guest of children(root, "guest")) {
		const found = child(guest, "arch");
		if (found === undefined || attribute(found, "name") !== wanted || textAt(guest, "os_type") !== "hvm") continue;
		const machine = machineOf(found);
		const emulator = textAt(found, "emulator");
		if (machine === null || emulator === null) continue;
		const offered = children(found, "domain").map((domain) => attribute(domain, "type"));
		return (["kvm", "hvf", "qemu"] as const)
			.filter((virtType) => offered.includes(virtType))
			.map((virtType) => ({ emulator, arch: wanted ?? "", machine, virtType }));
	}
	return [];
}

function machineOf(arch: XmlElement): AbilityQuestion["machine"] | null {
	const names = new Set(children(arch, "machine").map(({ text }) => text.trim()));
	return (["q35", "virt", "pc"] as const).find((name) => names.has(name)) ?? null;
}

/** Both documents together. `refusal` is why libvirt would not answer a better question. Errors: `INPUT_INVALID`. */
export function readAbility(
	capabilities: string,
	domainCapabilities: string,
	asked: AbilityQuestion,
	options: { libvirtVersion?: number; refusal?: string } = {},
): HostAbility {
	const host = parseXml(capabilities, "libvirt's capabilities");
	const domain = parseXml(domainCapabilities, "libvirt's domain capabilities");
	const devices = child(domain, "devices");
	const loader = child(domain, "os", "loader");
	const cpu = child(host, "host", "cpu");
	const topology = child(cpu, "topology");
	const guest = children(host, "guest").find((each) => attribute(child(each, "arch"), "name") === asked.arch);
	return {
		libvirtVersion: options.libvirtVersion ?? null,
		virtType: asked.virtType,
		emulationReason: asked.virtType === "qemu" ? emulationReason(host, asked, options.refusal) : null,
		arch: asked.arch,
		hostArch: textAt(cpu, "arch") ?? "",
		machine: asked.machine,
		maxVcpus: wholeNumber(attribute(child(domain, "vcpu"), "max")),
		hasEfi: values(child(domain, "os"), "firmware").includes("efi"),
		hasSecureBoot: hasSecureBoot(child(domain, "os"), asked),
		loaders: children(loader, "value").map(({ text }) => text.trim()),
		tpmModels: values(child(devices, "tpm"), "backendModel").includes("emulator")
			? values(child(devices, "tpm"), "model")
			: [],
		cpuModes: children(child(domain, "cpu"), "mode")
			.filter((mode) => attribute(mode, "supported") === "yes")
			.map((mode) => attribute(mode, "name") ?? ""),
		videoModels: values(child(devices, "video"), "modelType"),
		diskBuses: values(child(devices, "disk"), "bus"),
		graphics: values(child(devices, "graphics"), "type"),
		hypervFeatures: hypervFeatures(domain),
		// libvirt before 6.0 does not speak of it; QEMU has had it for longer.
		hasRng: attribute(child(devices, "rng"), "supported") !== "no",
		hasHostdevPci: values(child(devices, "hostdev"), "subsysType").includes("pci"),
		hasIommu: attribute(child(host, "host", "iommu"), "support") === "yes",
		hasExternalSnapshots: child(guest, "features", "externalSnapshot") !== undefined,
		memoryBytes: memoryOf(host),
		cpus: cpusOf(host, topology),
		cpuVendor: textAt(cpu, "vendor"),
		cpuFeatures: children(cpu, "feature").map((feature) => attribute(feature, "name") ?? ""),
	};
}

/** The values of `<enum name='…'>`. */
function values(element: XmlElement | undefined, name: string): readonly string[] {
	if (attribute(element, "supported") === "no") return [];
	const found = children(element, "enum").find((each) => attribute(each, "name") === name);
	return children(found, "value").map(({ text }) => text.trim());
}

/** libvirt before 8.10 does not list them; these three are in every QEMU that runs. */
function hypervFeatures(domain: XmlElement): readonly string[] {
	const hyperv = child(domain, "features", "hyperv");
	return hyperv === undefined ? ["relaxed", "vapic", "spinlocks"] : values(hyperv, "features");
}

/** Keys of Microsoft's and SMM are what Windows' secure boot means; QEMU's arm machine has no such protection. */
function hasSecureBoot(os: XmlElement | undefined, asked: AbilityQuestion): boolean {
	if (asked.machine !== "q35" || !values(os, "firmware").includes("efi")) return false;
	const features = child(os, "firmwareFeatures");
	// Said by libvirt 12.1 and later; before, a loader that can be secure tells.
	if (features !== undefined) {
		return ["secureBoot", "enrolledKeys"].every((name) => values(features, name).includes("yes"));
	}
	return values(child(os, "loader"), "secure").includes("yes");
}

function emulationReason(host: XmlElement, asked: AbilityQuestion, refusal: string | undefined): string {
	const hostArch = textAt(host, "host", "cpu", "arch") ?? "";
	if (hostArch !== asked.arch) return `the host's processor is ${hostArch} and the guest's is ${asked.arch}`;
	if (refusal !== undefined) return `libvirt cannot use the acceleration of this host: ${refusal}`;
	return "this host offers no KVM: /dev/kvm is missing, or libvirt may not open it";
}

function memoryOf(host: XmlElement): number | null {
	let kib = 0;
	for (const cell of children(child(host, "host", "topology", "cells"), "cell"))
		kib += wholeNumber(textAt(cell, "memory")) ?? 0;
	return kib === 0 ? null : kib * 1024;
}

function cpusOf(host: XmlElement, topology: XmlElement | undefined): number | null {
	const cells = children(child(host, "host", "topology", "cells"), "cell");
	const counted = cells.reduce((sum, cell) => sum + children(child(cell, "cpus"), "cpu").length, 0);
	if (counted > 0) return counted;
	const parts = ["sockets", "dies", "cores", "threads"].map(
		(name) => wholeNumber(attribute(topology, name) ?? "1") ?? 1,
	);
	return topology === undefined ? null : parts.reduce((product, part) => product * part, 1);
}
