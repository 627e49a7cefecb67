import { HomerangeError } from "../../../../contract/errors.ts";
import { ownerOf } from "../owner.ts";
import type { Firmware } from "../variables.ts";
import { attribute, child, children, parseXml, textAt, wholeNumber, type XmlElement } from "../xml/parse.ts";
import {
	describeChannel,
	describeDisk,
	describeGraphics,
	describeHostdev,
	describeNic,
	describeSerial,
} from "./devices.ts";
import type { DomainDescription } from "./domain-description.ts";
import { attributeText, bytesOf, cut, has, isYes, some } from "./read.ts";

/**
 * What the XML of any domain says, also of one that another tool made. Never fails: what it does not understand it
 * leaves out, and a text that is no XML gives a description with a problem and nothing else.
 */
export function describeDomain(xml: string): DomainDescription {
	try {
		const root = parseXml(xml, "the domain");
		if (root.name === "domain") return describeElement(root);
		return { ...nothing, problem: "The XML describes something else than a domain." };
	} catch (error) {
		if (!(error instanceof HomerangeError)) throw error;
		return { ...nothing, problem: error.message };
	}
}

const nothing: DomainDescription = {
	problem: null,
	name: null,
	uuid: null,
	title: null,
	description: null,
	virtType: null,
	arch: null,
	machine: null,
	firmware: null,
	loaderPath: null,
	nvramPath: null,
	memoryBytes: null,
	currentMemoryBytes: null,
	vcpus: null,
	currentVcpus: null,
	cpuMode: null,
	disks: [],
	nics: [],
	graphics: [],
	video: null,
	serials: [],
	channels: [],
	hostdevs: [],
	tpm: null,
	hasQemuArguments: false,
	owner: null,
};

/** The same from an element that was read already, as in a snapshot's XML. */
export function describeElement(root: XmlElement): DomainDescription {
	const devices = child(root, "devices");
	const os = child(root, "os");
	const type = child(os, "type");
	const vcpus = wholeNumber(textAt(root, "vcpu"));
	const memoryBytes = bytesOf(child(root, "memory"), "KiB");
	return {
		problem: null,
		// Blanks at its ends are part of the name.
		name: cut(child(root, "name")?.text ?? null),
		uuid: cut(textAt(root, "uuid")),
		title: cut(textAt(root, "title")),
		description: cut(textAt(root, "description")),
		virtType: attributeText(root, "type"),
		arch: attributeText(type, "arch"),
		machine: attributeText(type, "machine"),
		firmware: firmwareOf(os, attribute(type, "arch")),
		loaderPath: cut(textAt(os, "loader")),
		nvramPath: cut(textAt(os, "nvram")) ?? attributeText(child(os, "nvram", "source"), "file"),
		memoryBytes,
		currentMemoryBytes: bytesOf(child(root, "currentMemory"), "KiB") ?? memoryBytes,
		vcpus,
		currentVcpus: wholeNumber(attribute(child(root, "vcpu"), "current")) ?? vcpus,
		cpuMode: attributeText(child(root, "cpu"), "mode"),
		disks: some(devices, "disk").map(describeDisk),
		nics: some(devices, "interface").map(describeNic),
		graphics: some(devices, "graphics").map(describeGraphics),
		video: attributeText(child(devices, "video", "model"), "type"),
		serials: serialsOf(devices),
		channels: some(devices, "channel").map(describeChannel),
		hostdevs: some(devices, "hostdev").map(describeHostdev),
		tpm: tpmOf(child(devices, "tpm")),
		hasQemuArguments: root.children.some(({ name }) => /(^|:)commandline$/.test(name)),
		owner: ownerOf(root),
	};
}

function firmwareOf(os: XmlElement | undefined, arch: string | null): Firmware | null {
	const loader = child(os, "loader");
	const isEfi =
		attribute(os, "firmware") === "efi" || attribute(loader, "type") === "pflash" || child(os, "nvram") !== undefined;
	if (!isEfi) return arch === "x86_64" || arch === "i686" ? "bios" : null;
	const features = children(child(os, "firmware"), "feature");
	const wanted = features.find((feature) => attribute(feature, "name") === "secure-boot");
	// A loader that can be secure is not one that is: libvirt says which keys are in it only by the wanted features.
	const isSecure = wanted === undefined ? isYes(loader, "secure") : isYes(wanted, "enabled");
	return isSecure ? "efi-secure" : "efi";
}

/** The first console is the first serial port once more; a console alone is the port of machines without one. */
function serialsOf(devices: XmlElement | undefined) {
	const serials = some(devices, "serial");
	const consoles = some(devices, "console").filter(
		(each) => attribute(child(each, "target"), "type") !== "serial" || serials.length === 0,
	);
	return [...serials, ...consoles].map(describeSerial);
}

function tpmOf(tpm: XmlElement | undefined): DomainDescription["tpm"] {
	if (tpm === undefined || !has(tpm, "backend")) return null;
	const backend = child(tpm, "backend");
	return {
		model: attributeText(tpm, "model"),
		backend: attributeText(backend, "type"),
		version: attributeText(backend, "version"),
	};
}
