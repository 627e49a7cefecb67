import { resolverAddress } from "../dind/isolation-profile.ts";
import type { FilterNetwork, FilterSpec } from "./filter-spec.ts";
import {
	asInput,
	askedResolver,
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

/** What "internet" never means, whatever the spec says (IANA's special-purpose registry, RFC 6890). */
export const neverInternet = [
	"0.0.0.0/8", // this network
	"10.0.0.0/8", // private
	"100.64.0.0/10", // carrier-grade NAT
	"127.0.0.0/8", // loopback
	"169.254.0.0/16", // link-local, cloud metadata
	"172.16.0.0/12", // private
	"192.0.0.0/24", // protocol assignments
	"192.168.0.0/16", // private
	"198.18.0.0/15", // benchmarking, our own uplinks
	"224.0.0.0/4", // multicast
	"240.0.0.0/4", // reserved, broadcast
];

/**
 * Stands in the compiled text for the address and port of the resolver that the range's container itself uses.
 * Only the container knows them; they are put in when the rules are applied.
 */
export const resolverToken = { udp: "@RESOLVER_UDP@", tcp: "@RESOLVER_TCP@" } as const;

/**
 * Compiles what may pass into the input of iptables-restore and ip6tables-restore. Pure. Only parsed numbers and
 * checked interface names reach the text, never a name from a blueprint.
 *
 * "Established" is never enough by itself: replies pass only for a pair of networks that is allowed now, so a flow
 * ends with the rule that allowed it. Throws INPUT_INVALID.
 */
export function compileRules(spec: FilterSpec): { v4: string; v6: string } {
	const networks = spec.networks.map(checkedNetwork);
	const outer = checkedInterface(spec.outerInterface ?? "eth0");
	const link = spec.routerLink === undefined ? null : checkedInterface(spec.routerLink);
	// With a router machine, what comes from a network and goes elsewhere comes by the router's link.
	const online = networks
		.filter((network) => network.internet && !network.isolated)
		.map((network) => (link === null ? network : { ...network, bridge: link }));
	const v4 = [
		...nat(online, outer),
		...filterHead("DROP"),
		"-A INPUT -i lo -j ACCEPT",
		// Answers to what the container itself asked: probes and console relays. Nobody else can begin anything.
		"-A INPUT -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT",
		"-A INPUT -p icmp -m conntrack --ctstate RELATED -j ACCEPT",
		...online.map(({ bridge, subnet }) => `-A INPUT -i ${bridge} -s ${subnet} ${askedResolver} -j ACCEPT`),
		// Bridged frames come here too where br_netfilter is loaded: a network's own traffic is not ours to judge.
		...networks.map(({ bridge }) => `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`),
		...(link === null ? otherWayRules(spec, networks) : []),
		...sourceRules("FORWARD", networks),
		...(link === null ? routeRules(spec, networks) : []),
		...online.flatMap((network) => internetRules(network, outer)),
		...[...neverInternet, ...spec.forbidden.map(checkedCidr)].map((cidr) => `-A ${outChain} -d ${cidr} -j DROP`),
		`-A ${outChain} -j ACCEPT`,
		"COMMIT",
	];
	const v6 = closedIpv6(networks.map(({ bridge }) => `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`));
	return { v4: asInput(v4), v6 };
}

/**
 * The nat table is shared: where the container sits on a user-defined network, the outer engine keeps its own
 * resolver's rules in OUTPUT and POSTROUTING. PREROUTING is ours; in POSTROUTING we own one chain.
 */
function nat(online: FilterNetwork[], outer: string): string[] {
	return [
		"*nat",
		`:${outChain} - [0:0]`,
		"-F PREROUTING",
		...online.flatMap(({ bridge, subnet }) =>
			(["udp", "tcp"] as const).map(
				(protocol) =>
					`-A PREROUTING -i ${bridge} -s ${subnet} -d ${resolverAddress} -p ${protocol} --dport 53 -j DNAT --to-destination ${resolverToken[protocol]}`,
			),
		),
		...online.map(({ subnet }) => `-A ${outChain} -s ${subnet} -o ${outer} -j MASQUERADE`),
		"COMMIT",
	];
}
