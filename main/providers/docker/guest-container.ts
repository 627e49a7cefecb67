import type { HostConfig } from "dockerode";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";

/**
 * A machine that is a VM and runs as QEMU in a container. Its devices and its one capability come from the kind of
 * its template: a blueprint cannot name a kind, so it cannot ask for them.
 */
export function isGuest({ kind, role }: Pick<ResolvedMachine, "kind" | "role">): boolean {
	return role !== "router" && (kind === "linux-vm" || kind === "windows-vm");
}

/** What QEMU needs to hand the container's cards to its guest, and what it is fast with. */
export const tunDevice = "/dev/net/tun";
const kvmDevice = "/dev/kvm";
export const guestDevices: readonly string[] = [tunDevice, kvmDevice];

const mib = 1024 ** 2;

/** QEMU's own memory beside its guest's: its code, the screen, the buffers of its disks, and tables that grow with the guest. */
export function guestOverheadBytes({ memoryBytes }: Pick<ResolvedMachine, "memoryBytes">): number {
	return 192 * mib + Math.round((memoryBytes ?? 0) / 16);
}

export function guestHostConfig(devices: readonly string[] = []): HostConfig {
	return {
		// In its own network namespace.
		CapAdd: ["NET_ADMIN"],
		Devices: devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: "rwm" })),
	};
}

/**
 * The guest's size, in the words that our image and the public ones (qemux, dockur) share. Empty for containers.
 * KVM is never switched off where it is; without the device the public images want to be told so, or they give up.
 */
export function guestEnvironment(machine: ResolvedMachine, devices: readonly string[] = []): Record<string, string> {
	if (!isGuest(machine)) return {};
	const { memoryBytes, cpus, diskBytes, kind } = machine;
	return {
		GUEST: kind === "windows-vm" ? "windows" : "linux",
		...(memoryBytes === null ? {} : { RAM_SIZE: `${Math.max(1, Math.floor(memoryBytes / mib))}M` }),
		...(cpus === null ? {} : { CPU_CORES: String(Math.max(1, Math.ceil(cpus))) }),
		...(diskBytes === null ? {} : { DISK_SIZE: `${Math.ceil(diskBytes / mib)}M` }),
		...(devices.includes(kvmDevice) ? {} : { KVM: "N" }),
	};
}
