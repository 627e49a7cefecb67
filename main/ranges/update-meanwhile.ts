import type { ResolvedBlueprint } from "../blueprint/resolved.ts";
import type { RangeDiff } from "./update-diff.ts";
import { routeMap } from "./update-diff-parts.ts";

/** Networks and routes as a filter takes them. */
export type Traffic = Pick<ResolvedBlueprint, "networks" | "routes">;

/**
 * What may flow while an update is under way: only what both the old and the new
 * blueprint allow. So nothing that goes away is reached by a route that comes, and
 * nothing that the update takes away outlives its first moment. Pure.
 */
export function trafficMeanwhile(from: Traffic, to: Traffic, diff: Pick<RangeDiff, "recreatedNetworks">): Traffic {
	const before = new Map(from.networks.map((network) => [network.name, network]));
	const networks = to.networks.flatMap((network) => {
		const old = before.get(network.name);
		if (old === undefined || diff.recreatedNetworks.has(network.name)) return [];
		return [{ ...network, internet: network.internet && old.internet, isolated: network.isolated || old.isolated }];
	});
	const names = new Set(networks.map(({ name }) => name));
	const old = routeMap(from.routes);
	const routes = [...routeMap(to.routes)].flatMap(([key, route]) => {
		const earlier = old.get(key);
		if (earlier === undefined || !names.has(route.from) || !names.has(route.to)) return [];
		const ports = commonPorts(earlier.ports, route.ports);
		return ports === null ? [] : [{ from: route.from, to: route.to, ports }];
	});
	return { networks, routes };
}

/** Null: none. Ranges of ports that overlap without being equal count as different: closed for a moment, never open. */
function commonPorts(a: readonly string[], b: readonly string[]): string[] | null {
	if (a.length === 0) return [...b];
	if (b.length === 0) return [...a];
	const both = a.filter((port) => b.includes(port));
	return both.length === 0 ? null : both;
}
