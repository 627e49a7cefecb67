import type { Subnet } from "./addresses.ts";

/** One network card that wants an address on a network. */
export interface AddressRequest {
	/** Unique among the requests. */
	readonly key: string;
	/** The address that the blueprint gives, or null for the next free one. */
	readonly address: number | null;
	/** The one that it has in a range that exists; it keeps that while nobody else asks for it. */
	readonly present?: number | null;
}

export interface Allocation {
	readonly addresses: ReadonlyMap<string, number>;
	/** Keys that got none, because the subnet is full. */
	readonly unserved: readonly string[];
}

/**
 * Gives every request of one network an address. A pure function of the requests,
 * so that a redeploy gives the same: all explicit addresses are set aside first,
 * whoever has them and wherever they stand, then the others take the lowest free
 * host addresses in the order of the document. A request that has an address in a
 * range already keeps it before anyone new is served.
 */
export function allocateAddresses(subnet: Subnet, gateway: number, requests: readonly AddressRequest[]): Allocation {
	const addresses = new Map<string, number>();
	const taken = new Set([gateway]);
	for (const { key, address } of requests) {
		if (address === null) continue;
		addresses.set(key, address);
		taken.add(address);
	}
	const unserved: string[] = [];
	for (const { key, address, present = null } of requests) {
		if (address !== null || present === null || taken.has(present)) continue;
		if (present <= subnet.base || present >= subnet.last) continue;
		addresses.set(key, present);
		taken.add(present);
	}
	let next = subnet.base + 1;
	for (const { key } of requests) {
		if (addresses.has(key)) continue;
		while (next < subnet.last && taken.has(next)) next++;
		if (next < subnet.last) addresses.set(key, next++);
		else unserved.push(key);
	}
	return { addresses, unserved };
}
