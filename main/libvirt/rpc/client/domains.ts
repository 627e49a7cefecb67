import type { CallOptions } from "../connection/rpc-connection.ts";
import { isNoMetadata } from "../errors.ts";
import { Affect, MetadataType } from "../flags.ts";
import { type DomainState, domainState } from "../names.ts";
import * as calls from "../protocol/domain.ts";
import type { Domain, Parameters } from "../protocol/structs.ts";
import { type InterfaceAddresses, readInterfaceAddresses } from "./interfaces.ts";
import type { Caller } from "./link.ts";

export interface DomainInfo {
	state: DomainState;
	maxMemoryKiB: number;
	memoryKiB: number;
	vcpus: number;
	cpuTimeNs: bigint;
}

export interface DomainStats {
	domain: Domain;
	/** By libvirt's own names: "state.state", "cpu.time", "balloon.current", "net.0.rx.bytes", … */
	values: Parameters;
}

/** Virtual machines. All flags are numbers of `flags.ts`; 0 is always the plain behaviour. */
export class Domains {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	/** All domains, or those that `ListDomains` selects. */
	async list(flags = 0, options?: CallOptions): Promise<Domain[]> {
		return (await this.#caller.call(calls.listAll, { needResults: true, flags }, options)).domains;
	}

	/** Fails with `isNoDomain` when there is none. */
	async lookupByName(name: string, options?: CallOptions): Promise<Domain> {
		return (await this.#caller.call(calls.lookupByName, { name }, options)).domain;
	}

	async lookupByUuid(uuid: string, options?: CallOptions): Promise<Domain> {
		return (await this.#caller.call(calls.lookupByUuid, { uuid }, options)).domain;
	}

	/** Of a running domain. */
	async lookupById(id: number, options?: CallOptions): Promise<Domain> {
		return (await this.#caller.call(calls.lookupById, { id }, options)).domain;
	}

	/** Makes a domain, or changes the one with the same name and UUID. */
	async defineXml(xml: string, flags = 0, options?: CallOptions): Promise<Domain> {
		return (await this.#caller.call(calls.defineXml, { xml, flags }, options)).domain;
	}

	/** Starts a domain that is gone when it stops. */
	async createXml(xml: string, flags = 0, options?: CallOptions): Promise<Domain> {
		return (await this.#caller.call(calls.createXml, { xml, flags }, options)).domain;
	}

	undefine(domain: Domain, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.undefine, { domain, flags }, options);
	}

	/** Starts a defined domain; the answer has its new id. */
	async create(domain: Domain, flags = 0, options?: CallOptions): Promise<Domain> {
		return (await this.#caller.call(calls.create, { domain, flags }, options)).domain;
	}

	/** Asks the guest to shut down. That it was asked says nothing about what it does. */
	shutdown(domain: Domain, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.shutdown, { domain, flags }, options);
	}

	reboot(domain: Domain, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.reboot, { domain, flags }, options);
	}

	/** As the reset button: the guest is not asked. */
	reset(domain: Domain, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.reset, { domain, flags: 0 }, options);
	}

	/** As the power plug. */
	destroy(domain: Domain, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.destroy, { domain, flags }, options);
	}

	suspend(domain: Domain, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.suspend, { domain }, options);
	}

	resume(domain: Domain, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.resume, { domain }, options);
	}

	async xml(domain: Domain, flags = 0, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.getXml, { domain, flags }, options)).xml;
	}

	async info(domain: Domain, options?: CallOptions): Promise<DomainInfo> {
		const info = await this.#caller.call(calls.getInfo, { domain }, options);
		return { ...info, state: domainState(info.state) };
	}

	/** The state, and libvirt's number for why it is so. */
	async state(domain: Domain, options?: CallOptions): Promise<{ state: DomainState; reason: number }> {
		const { state, reason } = await this.#caller.call(calls.getState, { domain, flags: 0 }, options);
		return { state: domainState(state), reason };
	}

	async autostart(domain: Domain, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.getAutostart, { domain }, options)).autostart;
	}

	setAutostart(domain: Domain, autostart: boolean, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setAutostart, { domain, autostart }, options);
	}

	async isPersistent(domain: Domain, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.isPersistent, { domain }, options)).persistent;
	}

	async isActive(domain: Domain, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.isActive, { domain }, options)).active;
	}

	/** Only while it is off and has no snapshots. */
	async rename(domain: Domain, name: string, options?: CallOptions): Promise<void> {
		await this.#caller.call(calls.rename, { domain, name, flags: 0 }, options);
	}

	setVcpus(domain: Domain, vcpus: number, flags: number = Affect.current, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setVcpus, { domain, vcpus, flags }, options);
	}

	setMemory(domain: Domain, memoryKiB: number, flags: number = Affect.current, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setMemory, { domain, memoryKiB, flags }, options);
	}

	attachDevice(domain: Domain, xml: string, flags: number = Affect.current, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.attachDevice, { domain, xml, flags }, options);
	}

	/** Of a running guest this asks only; the event "device removed" tells that it let go. */
	detachDevice(domain: Domain, xml: string, flags: number = Affect.current, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.detachDevice, { domain, xml, flags }, options);
	}

	detachDeviceAlias(
		domain: Domain,
		alias: string,
		flags: number = Affect.current,
		options?: CallOptions,
	): Promise<void> {
		return this.#caller.call(calls.detachDeviceAlias, { domain, alias, flags }, options);
	}

	updateDevice(domain: Domain, xml: string, flags: number = Affect.current, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.updateDevice, { domain, xml, flags }, options);
	}

	/** The title, the description, or the element of a namespace. Null when there is none. */
	async metadata(
		domain: Domain,
		of: "title" | "description" | { uri: string },
		flags: number = Affect.current,
		options?: CallOptions,
	): Promise<string | null> {
		try {
			return (await this.#caller.call(calls.getMetadata, { domain, ...whichMetadata(of), flags }, options)).metadata;
		} catch (error) {
			if (isNoMetadata(error)) return null;
			throw error;
		}
	}

	/** Null removes it. `prefix` is the prefix that the element's namespace gets. */
	setMetadata(
		domain: Domain,
		of: "title" | "description" | { uri: string; prefix: string },
		metadata: string | null,
		flags: number = Affect.current,
		options?: CallOptions,
	): Promise<void> {
		const key = typeof of === "object" && metadata !== null ? of.prefix : null;
		return this.#caller.call(calls.setMetadata, { domain, ...whichMetadata(of), metadata, key, flags }, options);
	}

	/** What the driver has to say about this domain: taints, deprecated configuration. */
	async messages(domain: Domain, options?: CallOptions): Promise<string[]> {
		return (await this.#caller.call(calls.getMessages, { domain, flags: 0 }, options)).messages;
	}

	/** Presses keys together, at most 16. */
	sendKey(
		domain: Domain,
		keycodes: number[],
		{ codeset = 0, holdTimeMs = 0 }: { codeset?: number; holdTimeMs?: number } = {},
		options?: CallOptions,
	): Promise<void> {
		return this.#caller.call(calls.sendKey, { domain, codeset, holdTimeMs, keycodes, flags: 0 }, options);
	}

	/** Statistics of these domains, or of all that the flags select when the list is empty, in one call. */
	async stats(domains: Domain[] = [], groups = 0, flags = 0, options?: CallOptions): Promise<DomainStats[]> {
		return (await this.#caller.call(calls.getAllStats, { domains, stats: groups, flags }, options)).records;
	}

	/** Memory statistics by libvirt's tag numbers (6 is the current balloon, 7 the resident size), in KiB. */
	async memoryStats(domain: Domain, options?: CallOptions): Promise<{ tag: number; value: number }[]> {
		return (await this.#caller.call(calls.memoryStats, { domain, maximum: 32, flags: 0 }, options)).stats;
	}

	/** Of a running domain; `source` is of `AddressSource`. The agent's are what the guest says. */
	interfaceAddresses(domain: Domain, source: number, options?: CallOptions): Promise<InterfaceAddresses[]> {
		return readInterfaceAddresses(this.#caller, domain, source, options);
	}

	/** Saves the memory and stops; the next start goes on from there. */
	managedSave(domain: Domain, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.managedSave, { domain, flags }, options);
	}

	async hasManagedSave(domain: Domain, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.hasManagedSave, { domain, flags: 0 }, options)).present;
	}

	managedSaveRemove(domain: Domain, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.managedSaveRemove, { domain, flags: 0 }, options);
	}

	/** Saves the memory into a file of the daemon's host and stops. */
	save(domain: Domain, path: string, xml: string | null = null, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.save, { domain, to: path, xml, flags }, options);
	}

	restore(path: string, xml: string | null = null, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.restore, { from: path, xml, flags }, options);
	}

	/** What a save, dump or migration of this domain is at. Type 0 is none. */
	jobStats(domain: Domain, flags = 0, options?: CallOptions): Promise<{ type: number; values: Parameters }> {
		return this.#caller.call(calls.getJobStats, { domain, flags }, options);
	}

	abortJob(domain: Domain, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.abortJob, { domain }, options);
	}
}

function whichMetadata(of: "title" | "description" | { uri: string }): { type: number; uri: string | null } {
	return typeof of === "object" ? { type: MetadataType.element, uri: of.uri } : { type: MetadataType[of], uri: null };
}
