import type { CallOptions } from "../connection/rpc-connection.ts";
import { versionText } from "../names.ts";
import * as connect from "../protocol/connect.ts";
import * as calls from "../protocol/node.ts";
import type { Caller } from "./link.ts";

export interface NodeInfo {
	/** The CPU's architecture. */
	model: string;
	memoryKiB: number;
	cpus: number;
	mhz: number;
	nodes: number;
	sockets: number;
	cores: number;
	threads: number;
}

/** Which emulator is asked about; what is null is the default. */
export interface DomainCapabilitiesQuery {
	emulator?: string | null;
	arch?: string | null;
	machine?: string | null;
	/** "kvm", "qemu", "hvf". */
	virtType?: string | null;
}

/** The host that the daemon runs on. */
export class Node {
	readonly #caller: Caller;
	readonly #devices: Caller;

	constructor(caller: Caller, devices: Caller) {
		this.#caller = caller;
		this.#devices = devices;
	}

	info(options?: CallOptions): Promise<NodeInfo> {
		return this.#caller.call(calls.getInfo, undefined, options);
	}

	async freeMemoryBytes(options?: CallOptions): Promise<number> {
		return (await this.#caller.call(calls.getFreeMemory, undefined, options)).bytes;
	}

	/** By libvirt's names ("total", "free", "buffers", "cached"), in KiB. */
	async memoryStats(options?: CallOptions): Promise<Record<string, number>> {
		const args = { cell: -1, flags: 0 };
		const { count } = await this.#caller.call(calls.getMemoryStats, { ...args, room: 0 }, options);
		return asRecord(await this.#caller.call(calls.getMemoryStats, { ...args, room: count }, options));
	}

	/** By libvirt's names ("kernel", "user", "idle", "iowait"), in nanoseconds since the start of the host. */
	async cpuStats(options?: CallOptions): Promise<Record<string, number>> {
		const args = { cpu: -1, flags: 0 };
		const { count } = await this.#caller.call(calls.getCpuStats, { ...args, room: 0 }, options);
		return asRecord(await this.#caller.call(calls.getCpuStats, { ...args, room: count }, options));
	}

	/** XML: the host's CPU, and what guests it can run. */
	async capabilities(options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.getCapabilities, undefined, options)).xml;
	}

	/** XML: what a domain can have with one emulator, architecture and machine type. */
	async domainCapabilities(query: DomainCapabilitiesQuery = {}, options?: CallOptions): Promise<string> {
		const { emulator = null, arch = null, machine = null, virtType = null } = query;
		const args = { emulator, arch, machine, virtType, flags: 0 };
		return (await this.#caller.call(calls.getDomainCapabilities, args, options)).xml;
	}

	/** Names of host devices; flags of `ListNodeDevices`. */
	async devices(flags = 0, options?: CallOptions): Promise<string[]> {
		const { devices } = await this.#devices.call(calls.listDevices, { needResults: true, flags }, options);
		return devices.map(({ name }) => name);
	}

	async deviceXml(name: string, options?: CallOptions): Promise<string> {
		return (await this.#devices.call(calls.getDeviceXml, { name, flags: 0 }, options)).xml;
	}

	/** Takes a device from the host, for a guest. */
	detachDevice(name: string, driver: string | null = null, options?: CallOptions): Promise<void> {
		return this.#devices.call(calls.detachDevice, { name, driver, flags: 0 }, options);
	}

	reattachDevice(name: string, options?: CallOptions): Promise<void> {
		return this.#devices.call(calls.reattachDevice, { name }, options);
	}

	async hostname(options?: CallOptions): Promise<string> {
		return (await this.#caller.call(connect.getHostname, undefined, options)).hostname;
	}

	/** "QEMU", "Test", … */
	async type(options?: CallOptions): Promise<string> {
		return (await this.#caller.call(connect.getType, undefined, options)).type;
	}

	async uri(options?: CallOptions): Promise<string> {
		return (await this.#caller.call(connect.getUri, undefined, options)).uri;
	}

	/** Of libvirt: "9.0.0". */
	async libvirtVersion(options?: CallOptions): Promise<string> {
		return versionText((await this.#caller.call(connect.getLibVersion, undefined, options)).version);
	}

	/** Of QEMU: "7.2.0". */
	async hypervisorVersion(options?: CallOptions): Promise<string> {
		return versionText((await this.#caller.call(connect.getVersion, undefined, options)).version);
	}
}

function asRecord({ stats }: { stats: { field: string; value: number }[] }): Record<string, number> {
	const record: Record<string, number> = Object.create(null);
	for (const { field, value } of stats) record[field] = value;
	return record;
}
