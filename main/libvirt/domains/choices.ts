import type { HostAbility } from "./ability/host-ability.ts";
import type { DomainTemplate } from "./template/load.ts";
import type { CheckedVariables, DiskBus, Firmware, NicModel } from "./variables.ts";

/** Whether the host can start guests that way. */
export function canStartWith(firmware: Firmware, host: HostAbility): boolean {
	// The arm machine has no BIOS.
	if (firmware === "bios") return host.machine !== "virt";
	return firmware === "efi" ? host.hasEfi : host.hasEfi && host.hasSecureBoot;
}

/** The user's choice; else the first that the host can do; else the one that the template would like best. */
export function chooseFirmware(template: DomainTemplate, wanted: Firmware | undefined, host: HostAbility): Firmware {
	if (wanted !== undefined) return wanted;
	return template.firmware.find((each) => canStartWith(each, host)) ?? template.firmware[0] ?? "bios";
}

export function wantsTpm(template: DomainTemplate, wanted: boolean | undefined): boolean {
	return wanted ?? template.tpm === "required";
}

/** Windows asks for CRB, the interface of newer machines; arm has TIS only. */
export function chooseTpmModel(host: HostAbility): string | null {
	return ["tpm-crb", "tpm-tis"].find((model) => host.tpmModels.includes(model)) ?? null;
}

export interface DeviceChoice {
	readonly bus: DiskBus;
	readonly cdromBus: DiskBus;
	readonly nic: NicModel;
}

/** What disks and network cards are attached as when nobody says otherwise. */
export function chooseDevices(template: DomainTemplate, hasVirtioDrivers: boolean, host: HostAbility): DeviceChoice {
	const { bus, nic } = hasVirtioDrivers || template.withoutDrivers === null ? template : template.withoutDrivers;
	// Kernels that are made for clouds, as those of Debian's cloud images, have virtio and no SATA: they would not see
	// their seed. Guests that may lack virtio drivers need SATA, which the machine "virt" does not have.
	const isVirtio = template.os === "linux" || host.machine === "virt";
	return { bus, nic, cdromBus: isVirtio ? "scsi" : "sata" };
}

export function chooseVideo(template: DomainTemplate, host: HostAbility): string {
	const usable = host.videoModels.filter((model) => model !== "none");
	// The arm machine has no VGA; only virtio gives a picture from the firmware on.
	const wanted = host.machine === "virt" ? ["virtio", "ramfb"] : template.video;
	return wanted.find((model) => usable.includes(model)) ?? usable[0] ?? "none";
}

/** How the guest's processor is described; null: libvirt's default. */
export function chooseCpuMode(mode: CheckedVariables["cpuMode"], host: HostAbility): string | null {
	if (mode !== "auto") return mode;
	const wanted = host.virtType === "qemu" ? ["maximum"] : ["host-passthrough", "host-model"];
	return wanted.find((each) => host.cpuModes.includes(each)) ?? null;
}
