import type { Route } from "../../contract/ranges.ts";

export interface FilterNetwork {
	name: string;
	/** Interface name of the network's bridge, such as "hr0". */
	bridge: string;
	subnet: string;
	gateway: string;
	internet: boolean;
	isolated: boolean;
}

/** What may pass in a range: its networks, its routes, and what the internet never includes. */
export interface FilterSpec {
	networks: FilterNetwork[];
	routes: Route[];
	/** The addresses of each machine that is on several networks. */
	homes?: readonly (readonly { network: string; ip: string }[])[];
	/** The interface that leads out of the range; absent: the isolation profile's. */
	outerInterface?: string;
	/**
	 * The interface that leads to the range's router machine, which then holds the gateways of all networks that
	 * are not isolated; absent: there is none, the kernel beside the bridges routes.
	 */
	routerLink?: string;
	/** CIDRs that internet never reaches, beyond the private ones that it never does: the host's networks, the pool. */
	forbidden: string[];
}
