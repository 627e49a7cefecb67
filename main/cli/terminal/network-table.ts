import type { Network, Route } from "../../../contract/ranges.ts";
import { table } from "./text.ts";

/** The networks of a range with what each may open connections to. */
export function networkTable(networks: readonly Network[], routes: readonly Route[]): string {
	return table(
		["NETWORK", "SUBNET", "GATEWAY", "REACHES"],
		networks.map((network) => [network.name, network.subnet, network.gateway, reach(network, routes)]),
	);
}

function reach(network: Network, routes: readonly Route[]): string {
	if (network.isolated) return "nothing (isolated)";
	const places = routes
		.filter((route) => route.from === network.name)
		.map(({ to, ports }) => (ports.length === 0 ? to : `${to} ${ports.join(" ")}`));
	if (network.internet) places.push("internet");
	return places.join(", ") || "-";
}
