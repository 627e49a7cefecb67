import type { Readable } from "node:stream";
import type { Nic } from "../../../contract/ranges.ts";
import type { Dind } from "../../dind/index.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import type { MachineProvider } from "../machine-provider.ts";
import type { ProbeSite } from "../probes/network-probe.ts";
import type { VmCount } from "./vm-counts.ts";

/** A running range, as far as its VMs need it. */
export interface VmSite {
	readonly host: DockerEngine;
	readonly dind: Dind;
	readonly rangeId: string;
	readonly rangeName: string;
	/** As they are when asked for: an update brings new ones. */
	readonly networks: ReadonlyMap<string, VmNetwork>;
	/** Addresses of all machines of the range by their host names, for guests without a name server of the range. */
	readonly names: ReadonlyMap<string, string>;
	/** Its VMs that were made, by their domains' UUIDs. */
	known(): { readonly engineId: string; readonly name: string }[];
	/** The network cards that a machine is to have. */
	nicsOf(machine: string): readonly Pick<Nic, "network" | "ip" | "mac">[];
	/** From where the machines' addresses are reached: beside them, or from the router that holds their gateways. */
	probeSite(signal: AbortSignal): Promise<ProbeSite>;
	/** The bytes of files that the blueprint gives as a `source`, by that name. */
	fileSources(): ReadonlyMap<string, Uint8Array>;
}

export interface VmNetwork {
	readonly bridge: string;
	readonly subnet: string;
	readonly gateway: string;
	readonly internet: boolean;
}

export interface DiskTransfer {
	readonly signal: AbortSignal;
	readonly onProgress: (done: number, total: number | null) => void;
}

/** What a host can do for VMs of ranges. */
export interface VmAbility {
	/** False: a sentence says why, and a remedy what to do. */
	readonly available: boolean;
	readonly reason: string | null;
	readonly remedy: string | null;
	/** Why VMs are emulated and slow; null when they are not. */
	readonly emulated: string | null;
}

/** A range whose VMs are on the hypervisor. */
export interface VmRange {
	readonly rangeId: string;
	/** Names of its domains. */
	readonly domains: readonly string[];
}

/** A file of the hypervisor that nobody writes while it is read. */
export interface StandingVolume {
	readonly name: string;
	/** Of what it stands on, as it must be written in its header. */
	readonly backing: string;
}

/** A VM's disk as it was at one moment. */
export interface StandingDisk {
	/** The nearest to the guest first; the last stands on the disk of the library that the VM started from. */
	readonly volumes: readonly StandingVolume[];
	/** Why the last that the guest wrote may be missing; null when it is all there. */
	readonly unquiet: string | null;
}

/** A VM whose disk can be split off in an instant. */
export interface DiskToSplit {
	/** From here on the guest writes to another file. A VM that is off needs none. */
	split(signal: AbortSignal): Promise<StandingDisk>;
}

/**
 * The disks of VMs of ranges while they are saved. A process that ends in between leaves a VM that runs on, on a
 * longer chain of files; joining it again is always possible later.
 */
export interface VmDisks {
	/** Does what takes time before the instant. `image` is what the VM started from. */
	prepare(engineId: string, image: string, signal: AbortSignal): Promise<DiskToSplit>;
	/** Bytes of a volume, for progress. */
	sizeOf(volume: StandingVolume): Promise<number>;
	download(
		volume: StandingVolume,
		transfer: { signal: AbortSignal; onProgress(bytes: number): void },
	): Promise<Readable>;
	/** Puts what the guest wrote since the split into its disk. False: the VM is off, so that waits until it runs. */
	join(engineId: string, signal: AbortSignal): Promise<boolean>;
}

/** The virtual machines of ranges. Nothing here asks the hypervisor before a range has a VM. */
export interface RangeVms {
	readonly disks: VmDisks;
	/** Whether the hypervisor was asked before and answers. */
	readonly isConnected: boolean;
	ability(signal: AbortSignal): Promise<VmAbility>;
	provider(site: VmSite): MachineProvider;
	/** Size of a disk of the library and whether the hypervisor has it already; null when the library does not have it. */
	findDisk(image: string): Promise<{ sizeBytes: number } | null>;
	/** Brings a disk of the library to the hypervisor, whole and as it was taken in. False: it was there. */
	ensureDisk(image: string, transfer: DiskTransfer): Promise<boolean>;
	/** Switches off every VM of a range at once: without the range's container they have no network. */
	halt(rangeId: string, signal: AbortSignal): Promise<void>;
	/** Removes every VM of a range with its disks. */
	remove(rangeId: string, signal: AbortSignal): Promise<void>;
	/** What running VMs have used, by their UUIDs. */
	counts(uuids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, VmCount>>;
	/** Ranges of this installation that have VMs; empty when no hypervisor answers. */
	ranges(signal: AbortSignal): Promise<VmRange[]>;
	/** Disks that the hypervisor has of the library's old ones, and its pool when it is empty otherwise. */
	unusedFiles(signal: AbortSignal): Promise<string[]>;
	/** Removes them. Nothing may be on its way to the hypervisor meanwhile. Gives their names. */
	removeUnusedFiles(signal: AbortSignal): Promise<string[]>;
}
