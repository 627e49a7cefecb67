import type { DomainOwner, Firmware, PciAddress } from "../variables.ts";

export interface DescribedDisk {
	/** disk, cdrom, floppy or lun. */
	readonly device: string;
	/** Where its bytes are: file, block, volume, network, … */
	readonly kind: string;
	/** A path of the host, or the name at a network's server; null: an empty drive, or a volume. */
	readonly path: string | null;
	readonly volume: { readonly pool: string; readonly name: string } | null;
	readonly format: string | null;
	/** "vda": what libvirt's calls name the disk by. */
	readonly target: string | null;
	readonly bus: string | null;
	readonly isReadonly: boolean;
	readonly serial: string | null;
	readonly bootOrder: number | null;
	/** What it stands on, nearest first; libvirt tells it for running domains only. */
	readonly backing: readonly { readonly path: string | null; readonly format: string | null }[];
	readonly alias: string | null;
}

export interface DescribedNic {
	/** bridge, network, user, direct, … */
	readonly kind: string;
	readonly mac: string | null;
	/** Name of the bridge, of libvirt's network or of the host's device. */
	readonly source: string | null;
	readonly model: string | null;
	/** The host's end while it runs: what statistics are counted on. */
	readonly target: string | null;
	readonly isConnected: boolean;
	readonly alias: string | null;
}

export interface DescribedGraphics {
	/** vnc, spice, … */
	readonly kind: string;
	readonly socket: string | null;
	/** Null when there is none, also before the start of a domain with an automatic port. */
	readonly port: number | null;
	readonly listen: string | null;
}

export interface DescribedSerial {
	/** pty, unix, file, tcp, … */
	readonly kind: string;
	/** The terminal or file behind it, while it runs. */
	readonly path: string | null;
	/** The file that gets all that the guest writes. */
	readonly logPath: string | null;
	readonly port: number | null;
	readonly alias: string | null;
}

export interface DescribedChannel {
	readonly kind: string;
	/** "org.qemu.guest_agent.0" is QEMU's guest agent. */
	readonly name: string | null;
	readonly path: string | null;
	/** Whether a program of the guest has it open; null: not running, or unknown. */
	readonly isConnected: boolean | null;
	readonly alias: string | null;
}

export interface DescribedHostdev {
	/** pci, usb, mdev, … */
	readonly kind: string;
	readonly address: PciAddress | null;
	readonly alias: string | null;
}

/** What a domain's XML says, as far as it is understood. Everything that was not found is null or empty. */
export interface DomainDescription {
	/** Why the XML could not be read; then all else is empty. */
	readonly problem: string | null;
	readonly name: string | null;
	readonly uuid: string | null;
	readonly title: string | null;
	readonly description: string | null;
	/** kvm, qemu, hvf, … */
	readonly virtType: string | null;
	readonly arch: string | null;
	readonly machine: string | null;
	readonly firmware: Firmware | null;
	readonly loaderPath: string | null;
	readonly nvramPath: string | null;
	/** The most it can get; while it runs the balloon may hold it below. */
	readonly memoryBytes: number | null;
	readonly currentMemoryBytes: number | null;
	readonly vcpus: number | null;
	readonly currentVcpus: number | null;
	readonly cpuMode: string | null;
	readonly disks: readonly DescribedDisk[];
	readonly nics: readonly DescribedNic[];
	readonly graphics: readonly DescribedGraphics[];
	readonly video: string | null;
	readonly serials: readonly DescribedSerial[];
	readonly channels: readonly DescribedChannel[];
	readonly hostdevs: readonly DescribedHostdev[];
	readonly tpm: {
		readonly model: string | null;
		readonly backend: string | null;
		readonly version: string | null;
	} | null;
	/** It has arguments for QEMU that libvirt does not understand. */
	readonly hasQemuArguments: boolean;
	/** Null: not made by Homerange. */
	readonly owner: DomainOwner | null;
}
