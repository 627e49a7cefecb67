import type { CallOptions } from "../connection/rpc-connection.ts";
import { AddressSource } from "../flags.ts";
import { type AddressType, addressType } from "../names.ts";
import { interfaceAddresses, interfaceAddressesOfAgent } from "../protocol/domain.ts";
import type { Domain } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface InterfaceAddresses {
	/** The host's name of it for leases and ARP, the guest's for the agent. */
	name: string;
	mac: string | null;
	addresses: { type: AddressType; address: string; prefix: number }[];
}

/** The addresses of a running domain, as far as `source` (a number of `AddressSource`) knows them. */
export async function readInterfaceAddresses(
	caller: Caller,
	domain: Domain,
	source: number,
	options?: CallOptions,
): Promise<InterfaceAddresses[]> {
	const call = source === AddressSource.agent ? interfaceAddressesOfAgent : interfaceAddresses;
	const { interfaces } = await caller.call(call, { domain, source, flags: 0 }, options);
	return interfaces.map(({ name, mac, addresses }) => ({
		name,
		mac,
		addresses: addresses.map(({ type, address, prefix }) => ({ type: addressType(type), address, prefix })),
	}));
}
