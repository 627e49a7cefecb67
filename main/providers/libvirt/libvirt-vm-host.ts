import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Channel } from "../../consoles/index.ts";
import { printable } from "../../docker/api-errors.ts";
import type { HostEngine } from "../../docker/host-engine.ts";
import { type DiskPool, noDisk } from "../../images/disks/disk-pool.ts";
import { describeDomain, type HostAbility, type VncVariable } from "../../libvirt/domains/index.ts";
import { type BaseImage, checkBaseFormat, type LibvirtHost } from "../../libvirt/host/index.ts";
import type { Domain, LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { readLogTail } from "../../vms/consoles/log-file.ts";
import type { SerialLines } from "../../vms/consoles/serial-lines.ts";
import { askToShutDown } from "../../vms/operations/power.ts";
import { waitForStop } from "../../vms/operations/wait-for-stop.ts";
import { hasAgent } from "../../vms/read/addresses.ts";
import type { DiskTransfer } from "./range-vms.ts";
import type { DomainEvent, VmHost } from "./vm-host.ts";

/** Of a domain's output, for its last lines. */
const tailBytes = 16 * 1024;
const lineWidth = 200;

export interface LibvirtVmHostOptions {
	readonly libvirt: LibvirtHost;
	readonly docker: HostEngine;
	readonly disks: Pick<DiskPool, "find" | "path" | "verify" | "list">;
	readonly lines: SerialLines;
}

/** libvirt, the library's disks and the serial lines, as the VMs of ranges need them. */
export class LibvirtVmHost implements VmHost {
	readonly #o: LibvirtVmHostOptions;

	constructor(options: LibvirtVmHostOptions) {
		this.#o = options;
	}

	async connection(signal?: AbortSignal): Promise<LibvirtConnection> {
		const connection = await this.#o.libvirt.connection();
		signal?.throwIfAborted();
		return connection;
	}

	ability(): Promise<HostAbility> {
		return this.#o.libvirt.ability();
	}

	async whyNoRangeVms(): Promise<{ reason: string; remedy: string | null } | null> {
		const { libvirt, docker } = this.#o;
		const { state, reason, remedy } = await libvirt.look();
		if (state !== "connected") return { reason: reason ?? "No hypervisor answers.", remedy };
		if (libvirt.scope() === "session") {
			return {
				reason: "Only libvirt's session daemon can be used here, and it may not make network interfaces.",
				remedy: "Join the libvirt group (sudo usermod -aG libvirt $USER), log in again, and set libvirt to auto.",
			};
		}
		const endpoint = docker.status().chosen?.endpoint ?? "";
		if (process.platform === "linux" && endpoint.startsWith("unix:")) return null;
		return {
			reason: "The Docker Engine runs on another machine than libvirt, so VMs cannot be on the networks of a range.",
			remedy: "Use a Docker Engine of this Linux machine, or a template that runs its VM in a container.",
		};
	}

	get isConnected(): boolean {
		return this.#o.libvirt.status().state === "connected";
	}

	onConnection(listener: () => void): () => void {
		const stops = [this.#o.libvirt.onConnected(listener), this.#o.libvirt.onLost(listener)];
		return () => {
			for (const stop of stops) stop();
		};
	}

	onDomain(listener: (event: DomainEvent) => void): () => void {
		return this.#o.libvirt.onDomainEvent((domain, news) => {
			if (news.kind === "lifecycle") listener({ domain, event: news.event });
		});
	}

	async unusedFiles(): Promise<string[]> {
		return (await this.#o.libvirt.storage()).unused((sha256) => this.#isInLibrary(sha256));
	}

	async removeUnusedFiles(): Promise<string[]> {
		return (await this.#o.libvirt.storage()).clear((sha256) => this.#isInLibrary(sha256));
	}

	#isInLibrary(sha256: string): boolean {
		return this.#o.disks.list().some((disk) => disk.sha256 === sha256);
	}

	vnc(): VncVariable {
		if (this.#o.libvirt.sharesFiles()) return { kind: "socket" };
		// The daemon's sockets are not ours to open. VNC looks at eight characters.
		return { kind: "loopback", password: randomBytes(6).toString("base64url") };
	}

	async serialLog(domainName: string): Promise<string> {
		return (await this.#o.libvirt.storage()).path(`${domainName}-serial.log`);
	}

	async findDisk(image: string): Promise<{ sizeBytes: number } | null> {
		return this.#o.disks.find(image);
	}

	async ensureBase(image: string, { signal, onProgress }: DiskTransfer): Promise<boolean> {
		const storage = await this.#o.libvirt.storage();
		// Compared each time: a file that somebody changed would be a machine that nobody knows.
		const disk = await this.#o.disks.verify(image, { signal, onBytes: (done) => onProgress(done, null) });
		let isNew = false;
		await storage.ensureBase(this.#baseOf(disk), {
			signal,
			onProgress: (bytes) => {
				isNew = true;
				onProgress(bytes, disk.sizeBytes);
			},
		});
		return isNew;
	}

	async makeOverlay(o: { image: string; volume: string; sizeBytes: number | null }): Promise<string> {
		const storage = await this.#o.libvirt.storage();
		const disk = this.#o.disks.find(o.image);
		if (disk === null) throw noDisk(o.image);
		// Compared when it was brought in; only what comes anew is compared again.
		if (!(await storage.hasBase(this.#baseOf(disk)))) await this.#o.disks.verify(o.image);
		const base = await storage.ensureBase(this.#baseOf(disk));
		return await storage.makeOverlay(base, o.volume, o.sizeBytes ?? 0);
	}

	async putVolume(volume: string, bytes: Uint8Array, signal?: AbortSignal): Promise<string> {
		return await (await this.#o.libvirt.storage()).putSeed(volume, bytes, signal);
	}

	async volumePath(volume: string): Promise<string> {
		return (await this.#o.libvirt.storage()).path(volume);
	}

	async basePath(image: string): Promise<string> {
		const disk = this.#o.disks.find(image);
		if (disk === null) throw noDisk(image);
		const format = checkBaseFormat(disk.name, disk.format);
		return (await this.#o.libvirt.storage()).basePath({ sha256: disk.sha256, format });
	}

	async volumeBytes(volume: string): Promise<number | null> {
		const storage = await this.#o.libvirt.storage();
		const found = await storage.describePath(storage.path(volume));
		return found === null ? null : (found.allocationBytes ?? 0);
	}

	async downloadVolume(
		volume: string,
		transfer: { signal: AbortSignal; onProgress(bytes: number): void },
	): Promise<Readable> {
		return await (await this.#o.libvirt.storage()).downloadVolume(volume, transfer);
	}

	async deleteVolumes(volumes: readonly string[]): Promise<void> {
		const storage = await this.#o.libvirt.storage();
		// Files that others wrote there, like the log of a serial line, are known after a look.
		await (await this.connection()).pools.refresh(await storage.pool());
		await Promise.all(volumes.map((volume) => storage.deleteVolume(volume)));
	}

	async shutDown(domain: Domain, seconds: number, signal: AbortSignal): Promise<boolean> {
		const { libvirt } = this.#o;
		const connection = await this.connection(signal);
		const described = describeDomain(await connection.domains.xml(domain, 0, { signal }));
		await askToShutDown(libvirt, domain, hasAgent(described));
		return await waitForStop(libvirt, domain, seconds * 1000, signal);
	}

	listen(domain: Domain): Promise<void> {
		return this.#o.lines.listen(domain);
	}

	openSerial(uuid: string): Promise<Channel> {
		return this.#o.lines.open(uuid);
	}

	async serialTail(uuid: string, lines: number, signal?: AbortSignal): Promise<string[]> {
		const heard = this.#o.lines.history(uuid) ?? (await this.#logOf(uuid, signal));
		return heard
			.subarray(-tailBytes)
			.toString("utf8")
			.split("\n")
			.map((line) => printable(stripVTControlCharacters(line), lineWidth))
			.filter((line) => line !== "")
			.slice(-lines);
	}

	async #logOf(uuid: string, signal?: AbortSignal): Promise<Buffer> {
		const connection = await this.connection(signal);
		const { name } = await connection.domains.lookupByUuid(uuid, { signal });
		return (await readLogTail(this.#o.libvirt, await this.serialLog(name), tailBytes)) ?? Buffer.alloc(0);
	}

	#baseOf(disk: Awaited<ReturnType<DiskPool["verify"]>>): BaseImage {
		const { name, format, sizeBytes, virtualBytes, sha256 } = disk;
		const path = this.#o.disks.path(disk);
		return { path, format: checkBaseFormat(name, format), sizeBytes, virtualBytes, sha256 };
	}
}
