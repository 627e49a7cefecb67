import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { resolverAddress } from "../../dind/index.ts";
import { netmask } from "./netmask.ts";
import type { Reservation } from "./range-dhcp.ts";
import type { VmSite } from "./range-vms.ts";
import { vmNames } from "./vm-names.ts";

/** The addresses of a VM's network cards, as its range serves them. */
export function reservationsOf(site: VmSite, machine: ResolvedMachine): Reservation[] {
	const ports = vmNames(site, machine.name).dhcpPorts(machine.nics.length);
	return machine.nics.flatMap(({ network, ip, mac, isDefault }, nic) => {
		const seen = site.networks.get(network);
		if (seen === undefined) return [];
		return {
			port: ports[nic] ?? "",
			bridge: seen.bridge,
			mac,
			ip,
			mask: netmask(seen.subnet),
			gateway: isDefault ? seen.gateway : null,
			nameServer: isDefault && seen.internet ? resolverAddress : null,
			hostname: machine.hostname,
		};
	});
}
