import type { FilterSpec } from "./filter-spec.ts";
import {
	asInput,
	checkedCidr,
	checkedInterface,
	checkedNetwork,
	closedIpv6,
	filterHead,
	internetRules,
	otherWayRules,
	outChain,
	routeRules,
	sourceRules,
} from "./rule-parts.ts";

/**
 * Compiles the rules of a router machine, for its own network namespace: the same routes and the same internet as
 * the range's own kernel would have, between the interfaces that hold the gateways and the link to the outside,
 * `outerInterface`. What internet never means, and the hiding of addresses, is beyond that link. Pure.
 *
 * The rules are put in from outside, so that any image can be a router. Whoever is root in the router can take
 * them away: then it routes between its own networks. The way out and the isolated networks, to which it has no
 * interface, are not its to open. Throws INPUT_INVALID.
 */
export function compileRouterRules(spec: Omit<FilterSpec, "forbidden" | "routerLink">): { v4: string; v6: string } {
	const networks = spec.networks.map(checkedNetwork);
	const link = checkedInterface(spec.outerInterface ?? "uplink");
	const online = networks.filter((network) => network.internet && !network.isolated);
	const v4 = [
		...filterHead("ACCEPT"),
		// It is a machine of its networks: these reach its services, each under the network's own gateway only.
		...sourceRules("INPUT", networks),
		...networks.map(({ bridge, gateway }) => `-A INPUT -i ${bridge} -d ${checkedCidr(`${gateway}/32`)} -j ACCEPT`),
		...networks.map(({ bridge }) => `-A INPUT -i ${bridge} -m addrtype --dst-type LOCAL -j DROP`),
		`-A INPUT -i ${link} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
		`-A INPUT -i ${link} -j DROP`,
		...otherWayRules(spec, networks),
		...sourceRules("FORWARD", networks),
		...routeRules(spec, networks),
		...online.flatMap((network) => internetRules(network, link)),
		`-A ${outChain} -j ACCEPT`,
		"COMMIT",
	];
	return { v4: asInput(v4), v6: closedIpv6([]) };
}
