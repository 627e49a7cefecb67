import type { HostAbility } from "./ability/host-ability.ts";
import {
	chooseCpuMode,
	chooseDevices,
	chooseFirmware,
	chooseTpmModel,
	chooseVideo,
	type DeviceChoice,
	wantsTpm,
} from "./choices.ts";
import type { DomainTemplate } from "./template/load.ts";
import type { TemplateScope } from "./template/render.ts";
import type { CheckedVariables, PciAddress } from "./variables.ts";

/** The values of a template's variables, for these wishes on this host. */
export function domainScope(template: DomainTemplate, variables: CheckedVariables, host: HostAbility): TemplateScope {
	const firmware = chooseFirmware(template, variables.firmware, host);
	const devices = chooseDevices(template, variables.hasVirtioDrivers, host);
	const isAccelerated = host.virtType !== "qemu";
	return {
		virtType: host.virtType,
		accelerated: isAccelerated,
		arch: host.arch,
		x86: host.arch === "x86_64",
		machineType: host.machine,
		name: variables.name,
		uuid: variables.uuid,
		title: variables.title ?? null,
		memoryKib: Math.ceil(variables.memoryBytes / 1024),
		vcpus: variables.vcpus,
		smbiosSerial: variables.smbiosSerial === undefined ? template.smbiosSerial : variables.smbiosSerial,
		efi: firmware !== "bios",
		secureBoot: firmware === "efi-secure",
		tpmModel: wantsTpm(template, variables.tpm) ? chooseTpmModel(host) : null,
		cpu: { mode: template.hasOwnCpu ? null : chooseCpuMode(variables.cpuMode, host) },
		oneSocket: template.hasOneSocket,
		hidesHypervisor: variables.hidesHypervisor && host.virtType === "kvm",
		hyperv: hypervScope(variables, host),
		...storageScope(variables, devices),
		nics: variables.nics.map((nic) => nicScope(nic, devices)),
		hostdevs: variables.hostdevs.map(hostdevScope),
		vncSocket: variables.vnc?.kind === "socket" ? { path: variables.vnc.path ?? null } : null,
		vncLoopback: variables.vnc?.kind === "loopback" ? { password: variables.vnc.password } : null,
		video: chooseVideo(template, host),
		serialLog: variables.serialLog,
		agent: variables.agent && template.hasAgent,
		rng: host.hasRng,
		hotplug: hotplugScope(variables, host),
		owner: variables.owner,
		appleSmcKey: variables.appleSmcKey ?? null,
	};
}

type Disk = CheckedVariables["disks"][number];
type Cdrom = CheckedVariables["cdroms"][number];

function storageScope(variables: CheckedVariables, choice: DeviceChoice) {
	const { disks, cdroms } = variables;
	const isOrdered = [...disks, ...cdroms].some(({ bootOrder }) => bootOrder !== undefined);
	const order = (device: Disk | Cdrom, place: number) => device.bootOrder ?? (isOrdered ? null : place);
	const names = new TargetNames();
	const buses = [...disks.map(({ bus }) => bus ?? choice.bus), ...cdroms.map(() => choice.cdromBus)];
	return {
		virtioScsi: buses.includes("scsi"),
		disks: disks.map((disk, index) => {
			const bus = disk.bus ?? choice.bus;
			return diskScope(disk, { bus, dev: names.next(bus), bootOrder: order(disk, index + 1) });
		}),
		cdroms: cdroms.map((cdrom, index) => ({
			path: cdrom.path,
			bus: choice.cdromBus,
			dev: names.next(choice.cdromBus),
			bootOrder: order(cdrom, disks.length + index + 1),
		})),
	};
}

export function diskScope(
	disk: Disk,
	target: { readonly bus: string; readonly dev: string; readonly bootOrder: number | null },
): TemplateScope {
	const { path, format, readonly, serial } = disk;
	return { path, format, readonly, serial: serial ?? null, ...target };
}

/** vda, vdb for virtio; sda, sdb, together, for all others. */
export class TargetNames {
	readonly #used = new Set<string>();

	/** `taken` are names that devices have already. */
	constructor(taken: Iterable<string> = []) {
		for (const name of taken) this.#used.add(name);
	}

	next(bus: string): string {
		const prefix = bus === "virtio" ? "vd" : "sd";
		for (const letter of "abcdefghijklmnopqrstuvwxyz") {
			const name = prefix + letter;
			if (this.#used.has(name)) continue;
			this.#used.add(name);
			return name;
		}
		throw new RangeError(`no name is left on the bus ${bus}`);
	}
}

export function nicScope(nic: CheckedVariables["nics"][number], choice: Pick<DeviceChoice, "nic">): TemplateScope {
	return {
		kind: nic.kind === "tap" ? "ethernet" : nic.kind,
		tap: nic.kind === "tap" ? nic.source : null,
		mac: nic.mac,
		bridge: nic.kind === "bridge" ? nic.source : null,
		network: nic.kind === "network" ? nic.source : null,
		model: nic.model ?? choice.nic,
		unplugged: !nic.isConnected,
	};
}

export function hostdevScope(device: PciAddress & { readonly rom?: string | null | undefined }): TemplateScope {
	const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, "0")}`;
	return {
		domain: hex(device.domain, 4),
		bus: hex(device.bus, 2),
		slot: hex(device.slot, 2),
		function: hex(device.function, 1),
		rom: device.rom ?? null,
	};
}

/** Only with KVM: under emulation they make nothing faster. Some rest on others, so those go together. */
function hypervScope(variables: CheckedVariables, host: HostAbility): TemplateScope | null {
	if (host.virtType !== "kvm" || host.arch !== "x86_64" || host.hypervFeatures.length === 0) return null;
	const has = (...names: string[]) => names.every((name) => host.hypervFeatures.includes(name));
	return {
		relaxed: has("relaxed"),
		vapic: has("vapic"),
		spinlocks: has("spinlocks"),
		vpindex: has("vpindex"),
		runtime: has("runtime"),
		synic: has("synic", "vpindex"),
		stimer: has("stimer", "synic", "vpindex"),
		vendorId: variables.hidesHypervisor && has("vendor_id") ? "homerange" : null,
		frequencies: has("frequencies"),
		tlbflush: has("tlbflush", "vpindex"),
		ipi: has("ipi", "vpindex"),
	};
}

/** Free ports into which disks and network cards can be plugged while the machine runs. */
const spare = 4;

/**
 * PCI Express takes one device for each port, and ports cannot be added later. libvirt puts devices into the first
 * ports, so there are as many as devices, and some more.
 */
function hotplugScope(variables: CheckedVariables, host: HostAbility): TemplateScope | null {
	if (host.machine === "pc") return null;
	const ownOfTemplate = 4;
	const used = variables.disks.length + variables.nics.length + variables.hostdevs.length + ownOfTemplate;
	return { ports: Array.from({ length: used + spare }, () => ({})) };
}
