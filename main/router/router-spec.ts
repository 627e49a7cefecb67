import type { FilterSpec } from "../filter/index.ts";

/** The link between the range's container and its router machine: the way out, and nothing else. */
export const routerLink = {
	/** Interface in the container's network namespace. */
	outside: "hrup",
	/** Interface in the router machine. */
	inside: "uplink",
	/**
	 * Two addresses of 192.0.0.0/24, which is reserved for protocols (RFC 6890): no network of a blueprint may
	 * have them, and they never leave the range.
	 */
	outsideAddress: "192.0.0.33",
	insideAddress: "192.0.0.34",
	prefix: 30,
} as const;

/** One of the router's interfaces: it holds the gateway of a network. */
export interface RouterPort {
	/** Name in the router: eth0, eth1 … */
	readonly name: string;
	/** The network's bridge in the range's container. */
	readonly bridge: string;
	readonly mac: string;
	readonly gateway: string;
	/** CIDR. */
	readonly subnet: string;
}

/** What a range's router is to be. */
export interface RouterSpec {
	readonly ports: readonly RouterPort[];
	/** Networks and routes as the range's own filter has them. */
	readonly filter: Omit<FilterSpec, "forbidden" | "routerLink" | "outerInterface">;
}

/** The rules of the router speak of its own interfaces. */
export function routerFilter({ ports, filter }: RouterSpec): Omit<FilterSpec, "forbidden" | "routerLink"> {
	const nameOf = new Map(ports.map((port) => [port.bridge, port.name]));
	return {
		...filter,
		outerInterface: routerLink.inside,
		networks: filter.networks.flatMap((network) => {
			const bridge = nameOf.get(network.bridge);
			return bridge === undefined ? [] : [{ ...network, bridge }];
		}),
		// A route of a network that the router has no interface to (an isolated one) opens nothing.
		routes: filter.routes.filter(({ from, to }) =>
			[from, to].every((name) =>
				filter.networks.some((network) => network.name === name && nameOf.has(network.bridge)),
			),
		),
	};
}
