import type { Nic } from "../../../contract/ranges.ts";
import type { Dind } from "../../dind/index.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import type { MachineProvider } from "../machine-provider.ts";
import type { ProbeSite } from "../probes/network-probe.ts";

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

/** The virtual machines of ranges. Nothing here asks the hypervisor before a range has a VM. */
export interface RangeVms {
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
	/** Ranges of this installation that have VMs; empty when no hypervisor answers. */
	ranges(signal: AbortSignal): Promise<VmRange[]>;
}
