import { randomInt } from "node:crypto";
import { HomerangeError } from "../../../contract/errors.ts";
import type { CreateVmRequest, VmNicInput } from "../../../contract/vm-requests.ts";
import {
	checkHardware,
	checkMacosHost,
	checkPassthrough,
	type DomainTemplate,
	type DomainVariables,
	domainTemplate,
	type Finding,
	type Firmware,
	isLaptop,
	listIommuGroups,
	type NicVariable,
	parsePciAddress,
	renderDomain,
	type VncVariable,
} from "../../libvirt/domains/index.ts";
import type { LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { VmsDeps } from "../deps.ts";
import { diskVolume, isoVolume, randomMac, seedVolume, serialLogVolume } from "../names.ts";
import { guestSetup } from "./guest-setup.ts";
import { type Medium, mediumOf } from "./media.ts";
import { baseOfImage, baseOfSnapshot, type NamedBase } from "./sources.ts";

/** A disk that is to be made: empty, or standing on a base. */
export interface PlannedDisk {
	readonly volume: string;
	readonly sizeBytes: number;
	readonly base: NamedBase | null;
}

/** Everything that a new VM is made from; nothing of it exists yet. */
export interface VmPlan {
	readonly uuid: string;
	readonly name: string;
	readonly xml: string;
	readonly disks: readonly PlannedDisk[];
	readonly media: readonly Medium[];
	readonly seed: { readonly volume: string; readonly bytes: Uint8Array } | null;
	readonly description: string | null;
	readonly autostart: boolean;
	readonly start: boolean;
	readonly warnings: readonly Finding[];
}

const firmwares: Readonly<Record<NonNullable<CreateVmRequest["firmware"]>, Firmware>> = {
	bios: "bios",
	uefi: "efi",
	"uefi-secure": "efi-secure",
};

/**
 * Looks at everything that a new VM needs, and changes nothing. Errors: `PREFLIGHT_FAILED` for what this host cannot do,
 * and those of what it starts from.
 */
export async function planVm(
	deps: VmsDeps,
	connection: LibvirtConnection,
	request: CreateVmRequest,
	uuid: string,
): Promise<VmPlan> {
	const { host, installation } = deps;
	const template = templateOf(request);
	const storage = await host.storage();
	const ability = await host.ability();
	const disks = await plannedDisks(deps, request, template, uuid);
	const media = await plannedMedia(deps, request, uuid);
	const seedBytes = guestSetup(request, uuid);
	const seed = seedBytes === null ? null : { volume: seedVolume(uuid), bytes: seedBytes };
	const variables: DomainVariables = {
		name: request.name,
		uuid,
		title: request.title ?? null,
		memoryBytes: request.memoryBytes ?? template.defaults.memoryBytes,
		vcpus: request.cpus ?? template.defaults.cpus,
		disks: disks.map(({ volume }) => ({ path: storage.path(volume), format: "qcow2" })),
		cdroms: [
			// The first drive is there for what comes later, too.
			{ path: media.iso?.path ?? null },
			...(media.drivers === null ? [] : [{ path: media.drivers.path }]),
			...(seed === null ? [] : [{ path: storage.path(seed.volume) }]),
		],
		nics: (request.nics ?? [await usualNic(connection)]).map(nicVariable),
		vnc: vncOf(deps),
		serialLog: storage.path(serialLogVolume(uuid)),
		hostdevs: hostDevicesOf(request),
		owner: {
			installation,
			kind: "standalone",
			range: null,
			machine: null,
			// A template says what runs in a VM, and of this one nobody knows it.
			template: request.type === "other" && request.template === undefined ? null : template.name,
		},
		hasVirtioDrivers: request.driversIso !== undefined,
		appleSmcKey: request.appleSmcKey ?? null,
		...(request.firmware === undefined ? {} : { firmware: firmwares[request.firmware] }),
		...(request.tpm === undefined ? {} : { tpm: request.tpm }),
	};
	const { xml, warnings } = renderDomain(template, variables, ability);
	const more = [
		...checkHardware(template, { vcpus: null, memoryBytes: null, diskBytes: largest(disks) }, ability),
		...(await hostFindings(template, request)),
	];
	refuse(more, request.name);
	return {
		...{ uuid, name: request.name, xml, disks, seed, warnings: [...warnings, ...more] },
		media: [media.iso, media.drivers].filter((medium) => medium !== null),
		description: request.description ?? null,
		autostart: request.autostart,
		start: request.start,
	};
}

/** What a type means when no template is named. */
function templateOf({ template, type, cloudInit, hostDevices }: CreateVmRequest): DomainTemplate {
	const passthrough = hostDevices !== undefined && hostDevices.length > 0;
	if (template !== undefined) return domainTemplate(template);
	switch (type) {
		case "windows":
			return domainTemplate(passthrough ? "windows11-passthrough" : "windows11-basic");
		case "macos":
			return domainTemplate(passthrough ? "macos-sonoma-passthrough" : "macos-sonoma-basic");
		case "network":
			return domainTemplate("network-appliance");
		case "linux":
		case "other":
			return domainTemplate(cloudInit === undefined ? "linux-basic" : "linux-cloud");
	}
}

async function plannedDisks(
	deps: VmsDeps,
	request: CreateVmRequest,
	template: DomainTemplate,
	uuid: string,
): Promise<PlannedDisk[]> {
	const { image, snapshot, bootloaderImage, installerImage } = request;
	const base =
		image === undefined
			? snapshot === undefined
				? null
				: await baseOfSnapshot(deps, snapshot)
			: await baseOfImage(deps, image);
	const system = request.diskBytes ?? (base === null ? template.defaults.diskBytes : base.virtualBytes);
	const planned: PlannedDisk[] = [];
	const add = (label: string, sizeBytes: number, from: NamedBase | null) =>
		planned.push({
			volume: diskVolume(uuid, label),
			sizeBytes: Math.max(sizeBytes, from?.virtualBytes ?? 0),
			base: from,
		});
	if (bootloaderImage !== undefined) add("bootloader", 0, await baseOfImage(deps, bootloaderImage));
	if (system > 0 || base !== null) add("system", system, base);
	if (installerImage !== undefined) add("installer", 0, await baseOfImage(deps, installerImage));
	return planned;
}

async function plannedMedia({ host }: VmsDeps, { iso, driversIso }: CreateVmRequest, uuid: string) {
	return {
		iso: iso === undefined ? null : await mediumOf(host, iso, isoVolume(uuid, "installer")),
		drivers: driversIso === undefined ? null : await mediumOf(host, driversIso, isoVolume(uuid, "drivers")),
	};
}

/** libvirt's default network where it is active; else QEMU's own NAT, which always works. */
async function usualNic({ networks }: LibvirtConnection): Promise<VmNicInput> {
	try {
		const network = await networks.lookupByName("default");
		if (await networks.isActive(network)) return { kind: "network", source: "default" };
	} catch {
		// No such network, or a libvirt without any.
	}
	return { kind: "user" };
}

export function nicVariable(input: VmNicInput): NicVariable {
	const mac = (input.mac ?? randomMac()).toLowerCase();
	return input.kind === "user" ? { kind: "user", mac } : { kind: input.kind, source: input.source, mac };
}

/** A socket where this process may open it; else a port of 127.0.0.1 behind a password. */
export function vncOf({ host }: Pick<VmsDeps, "host">): VncVariable {
	if (host.sharesFiles()) return { kind: "socket" };
	const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	const password = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join("");
	return { kind: "loopback", password };
}

function hostDevicesOf({ hostDevices = [] }: CreateVmRequest) {
	return hostDevices.map((text) => {
		const address = parsePciAddress(text);
		if (address !== null) return address;
		throw new HomerangeError("INPUT_INVALID", `${text} is no PCI address.`, { remedy: "Write it like 0000:01:00.0." });
	});
}

/** What only this machine's own kernel can tell. */
async function hostFindings(template: DomainTemplate, request: CreateVmRequest): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const chosen = hostDevicesOf(request);
	if (chosen.length > 0) findings.push(...checkPassthrough(chosen, await listIommuGroups(), await isLaptop()));
	if (template.os === "macos") findings.push(...(await checkMacosHost()));
	return findings;
}

function refuse(findings: readonly Finding[], place: string): void {
	const [first, ...others] = findings.filter(({ severity }) => severity === "error");
	if (first === undefined) return;
	const detail = others.length === 0 ? null : others.map(({ message }) => message).join("\n");
	throw new HomerangeError("PREFLIGHT_FAILED", first.message, { place, remedy: first.remedy, detail });
}

/** Of disks that are empty: what an image holds fits into it. */
function largest(disks: readonly PlannedDisk[]): number | null {
	const sizes = disks.filter(({ base }) => base === null).map(({ sizeBytes }) => sizeBytes);
	return sizes.length === 0 ? null : Math.max(...sizes);
}
