import type { Readable } from "node:stream";
import type { Channel } from "../../consoles/index.ts";
import type { HostAbility, VncVariable } from "../../libvirt/domains/index.ts";
import type { Domain, DomainEvent as DomainEventName, LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { DiskTransfer } from "./range-vms.ts";

/** Something happened to a domain, whoever did it. */
export interface DomainEvent {
	readonly domain: Domain;
	readonly event: DomainEventName;
}

/** What the VMs of ranges need of the hypervisor's host. */
export interface VmHost {
	/** Errors: `HYPERVISOR_UNAVAILABLE`. */
	connection(signal?: AbortSignal): Promise<LibvirtConnection>;
	ability(signal?: AbortSignal): Promise<HostAbility>;
	/** Whether VMs can be machines of ranges here; a sentence when they cannot. Does not connect for it twice. */
	whyNoRangeVms(signal?: AbortSignal): Promise<{ reason: string; remedy: string | null } | null>;
	/** Whether it answers now; false before anybody asked. */
	readonly isConnected: boolean;
	/** Told when the hypervisor was lost, and when it is there again. */
	onConnection(listener: () => void): () => void;
	/** Told of what happens to any domain, over reconnections. */
	onDomain(listener: (event: DomainEvent) => void): () => void;
	/** How a new domain's screen is reached. */
	vnc(): VncVariable;
	/** Where a domain's serial output is kept. */
	serialLog(domainName: string): Promise<string>;
	/** A disk of the library by its name; null when there is none. */
	findDisk(image: string): Promise<{ sizeBytes: number } | null>;
	/** False: it was there. Errors: `IMAGE_NOT_FOUND`, `DISK_FULL`. */
	ensureBase(image: string, transfer: DiskTransfer): Promise<boolean>;
	/** A linked clone of a base in the pool. Gives its path. */
	makeOverlay(o: { image: string; volume: string; sizeBytes: number | null }, signal?: AbortSignal): Promise<string>;
	/** Writes a small volume. Gives its path. */
	putVolume(volume: string, bytes: Uint8Array, signal?: AbortSignal): Promise<string>;
	/** Where a volume of the pool lies on the hypervisor's host, and where a disk of the library lies there as a base. */
	volumePath(volume: string): Promise<string>;
	basePath(image: string): Promise<string>;
	/** Bytes that a volume takes; null when there is none of that name. */
	volumeBytes(volume: string): Promise<number | null>;
	/** The bytes of a volume, also of one that libvirt's pool has not seen yet. */
	downloadVolume(volume: string, transfer: { signal: AbortSignal; onProgress(bytes: number): void }): Promise<Readable>;
	/** Those that are not there are gone already. */
	deleteVolumes(volumes: readonly string[], signal?: AbortSignal): Promise<void>;
	/** Files that the pool holds for nobody any more, and the pool itself when it holds nothing else. */
	unusedFiles(): Promise<string[]>;
	/** Removes them while nothing is on its way into the pool. Gives their names. */
	removeUnusedFiles(): Promise<string[]>;
	/** Asks a running guest to shut down. False when it did not within the seconds. */
	shutDown(domain: Domain, seconds: number, signal: AbortSignal): Promise<boolean>;
	/** Listens on a running domain's serial line from now on, and keeps what it says. */
	listen(domain: Domain): Promise<void>;
	/** The line as a channel: what it said, and what it says. */
	openSerial(uuid: string): Promise<Channel>;
	/** The end of what a domain said, also of one that has stopped. */
	serialTail(uuid: string, lines: number, signal?: AbortSignal): Promise<string[]>;
}
