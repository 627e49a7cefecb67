import { isIP } from "node:net";
import type { DomainDescription } from "../../libvirt/domains/index.ts";
import {
	AddressSource,
	type Domain,
	type InterfaceAddresses,
	type LibvirtConnection,
	LibvirtError,
	LibvirtTimeoutError,
} from "../../libvirt/rpc/index.ts";

export const agentChannel = "org.qemu.guest_agent.0";
const agentLimitMs = 3000;
const listLimit = 64;

/** Addresses of a running VM by the MAC of their card, from whoever knows them: the guest, libvirt's DHCP, the host. */
export async function addressesByMac(
	connection: LibvirtConnection,
	domain: Domain,
	described: DomainDescription,
): Promise<ReadonlyMap<string, readonly string[]>> {
	if (hasAgent(described)) {
		const told = await orNothing(
			connection.domains.interfaceAddresses(domain, AddressSource.agent, { limitMs: agentLimitMs }),
		);
		const found = byMac(told, described);
		if (found.size > 0) return found;
	}
	if (described.nics.length === 0) return new Map();
	for (const source of [AddressSource.lease, AddressSource.arp]) {
		const found = byMac(await orNothing(connection.domains.interfaceAddresses(domain, source)), described);
		if (found.size > 0) return found;
	}
	return new Map();
}

export function hasAgent(described: DomainDescription): boolean {
	return described.channels.some(({ name, isConnected }) => name === agentChannel && isConnected === true);
}

/** No agent, no network of libvirt's, or gone in this moment: then nobody knows it. */
async function orNothing(asking: Promise<InterfaceAddresses[]>): Promise<InterfaceAddresses[]> {
	try {
		return await asking;
	} catch (error) {
		if (error instanceof LibvirtError || error instanceof LibvirtTimeoutError) return [];
		throw error;
	}
}

/** A guest says what it likes: only real addresses of cards that the VM has count, and not those of every machine. */
function byMac(interfaces: readonly InterfaceAddresses[], { nics }: DomainDescription) {
	const found = new Map<string, string[]>();
	for (const { mac, addresses } of interfaces) {
		const key = mac?.toLowerCase();
		if (key === undefined || !nics.some((nic) => nic.mac === key)) continue;
		const usable = addresses
			.map(({ address }) => address)
			.filter((address) => isIP(address) !== 0 && !/^(127\.|169\.254\.|::1$|fe80:)/i.test(address));
		if (usable.length === 0) continue;
		const sorted = [...(found.get(key) ?? []), ...usable].toSorted((a, b) => isIP(a) - isIP(b));
		found.set(key, sorted.slice(0, listLimit));
	}
	return found;
}
