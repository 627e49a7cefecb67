import type { CallOptions } from "../connection/rpc-connection.ts";
import { type AddressType, addressType } from "../names.ts";
import * as calls from "../protocol/network.ts";
import type { Network } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface DhcpLease {
	interface: string;
	/** Seconds since 1970; 0 is never. */
	expires: number;
	type: AddressType;
	mac: string | null;
	iaid: string | null;
	address: string;
	prefix: number;
	hostname: string | null;
	clientId: string | null;
}

/** A part of a network that can be changed while it runs, by libvirt's numbers. */
export interface NetworkChange {
	/** 1 modify, 2 delete, 3 add last, 4 add first. */
	command: number;
	/** 4 is a host of the DHCP server, 5 a range of it, 10 a host of the DNS server. */
	section: number;
	parentIndex?: number;
	xml: string;
}

/** Virtual networks of libvirt itself. */
export class Networks {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	async list(flags = 0, options?: CallOptions): Promise<Network[]> {
		return (await this.#caller.call(calls.listAll, { needResults: true, flags }, options)).networks;
	}

	async lookupByName(name: string, options?: CallOptions): Promise<Network> {
		return (await this.#caller.call(calls.lookupByName, { name }, options)).network;
	}

	async lookupByUuid(uuid: string, options?: CallOptions): Promise<Network> {
		return (await this.#caller.call(calls.lookupByUuid, { uuid }, options)).network;
	}

	async defineXml(xml: string, options?: CallOptions): Promise<Network> {
		return (await this.#caller.call(calls.defineXml, { xml }, options)).network;
	}

	/** Makes and starts a network that is gone when it stops. */
	async createXml(xml: string, options?: CallOptions): Promise<Network> {
		return (await this.#caller.call(calls.createXml, { xml }, options)).network;
	}

	create(network: Network, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.create, { network }, options);
	}

	destroy(network: Network, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.destroy, { network }, options);
	}

	undefine(network: Network, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.undefine, { network }, options);
	}

	async xml(network: Network, flags = 0, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.getXml, { network, flags }, options)).xml;
	}

	async autostart(network: Network, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.getAutostart, { network }, options)).autostart;
	}

	setAutostart(network: Network, autostart: boolean, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setAutostart, { network, autostart }, options);
	}

	async bridge(network: Network, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.getBridge, { network }, options)).name;
	}

	async isActive(network: Network, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.isActive, { network }, options)).active;
	}

	update(network: Network, change: NetworkChange, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.update, { network, parentIndex: -1, ...change, flags }, options);
	}

	/** The leases of a running network, of one MAC or of all. */
	async leases(network: Network, mac: string | null = null, options?: CallOptions): Promise<DhcpLease[]> {
		const { leases } = await this.#caller.call(calls.getLeases, { network, mac, needResults: true, flags: 0 }, options);
		return leases.map((lease) => ({ ...lease, type: addressType(lease.type) }));
	}
}
