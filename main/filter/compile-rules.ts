import { HomerangeError } from "../../contract/errors.ts";
import { formatCidr, requireCidr } from "../dind/cidr.ts";
import { resolverAddress } from "../dind/isolation-profile.ts";
import type { FilterNetwork, FilterSpec } from "./filter-spec.ts";
import { type PortMatch, parsePort } from "./port-match.ts";

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

/** Chain for what leaves towards the internet; the one of this name in the nat table hides its addresses. */
export const outChain = "HOMERANGE-OUT";

/** The restore runs without its own flush, for the nat table's sake: the filter table is emptied by hand. */
const emptied = ["-F INPUT", "-F FORWARD", "-F OUTPUT"];

const interfacePattern = /^[a-z][a-z0-9_.-]{0,14}$/;

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
		"*filter",
		":INPUT DROP [0:0]",
		":FORWARD DROP [0:0]",
		":OUTPUT ACCEPT [0:0]",
		`:${outChain} - [0:0]`,
		...emptied,
		"-A INPUT -i lo -j ACCEPT",
		// Answers to what the container itself asked: probes and console relays. Nobody else can begin anything.
		"-A INPUT -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT",
		"-A INPUT -p icmp -m conntrack --ctstate RELATED -j ACCEPT",
		...online.map(({ bridge, subnet }) => `-A INPUT -i ${bridge} -s ${subnet} ${askedResolver} -j ACCEPT`),
		// Bridged frames come here too where br_netfilter is loaded: a network's own traffic is not ours to judge.
		...networks.map(({ bridge }) => `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`),
		...(link === null ? otherWayRules(spec, networks) : []),
		...networks.map(({ bridge, subnet }) => `-A FORWARD -i ${bridge} ! -s ${subnet} -j DROP`),
		...(link === null ? routeRules(spec, networks) : []),
		...online.flatMap((network) => internetRules(network, outer)),
		...[...neverInternet, ...spec.forbidden.map(checkedCidr)].map((cidr) => `-A ${outChain} -d ${cidr} -j DROP`),
		`-A ${outChain} -j ACCEPT`,
		"COMMIT",
	];
	const v6 = [
		"*filter",
		":INPUT DROP [0:0]",
		":FORWARD DROP [0:0]",
		":OUTPUT ACCEPT [0:0]",
		...emptied,
		"-A INPUT -i lo -j ACCEPT",
		...networks.map(({ bridge }) => `-A FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`),
		"COMMIT",
	];
	return { v4: `${v4.join("\n")}\n`, v6: `${v6.join("\n")}\n` };
}

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
		"*filter",
		":INPUT ACCEPT [0:0]",
		":FORWARD DROP [0:0]",
		":OUTPUT ACCEPT [0:0]",
		`:${outChain} - [0:0]`,
		...emptied,
		// It is a machine of its networks: these reach its services, each under the network's own gateway only.
		...networks.map(({ bridge, subnet }) => `-A INPUT -i ${bridge} ! -s ${subnet} -j DROP`),
		...networks.map(({ bridge, gateway }) => `-A INPUT -i ${bridge} -d ${checkedCidr(`${gateway}/32`)} -j ACCEPT`),
		...networks.map(({ bridge }) => `-A INPUT -i ${bridge} -m addrtype --dst-type LOCAL -j DROP`),
		`-A INPUT -i ${link} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
		`-A INPUT -i ${link} -j DROP`,
		...otherWayRules(spec, networks),
		...networks.map(({ bridge, subnet }) => `-A FORWARD -i ${bridge} ! -s ${subnet} -j DROP`),
		...routeRules(spec, networks),
		...online.flatMap((network) => internetRules(network, link)),
		`-A ${outChain} -j ACCEPT`,
		"COMMIT",
	];
	const v6 = [
		"*filter",
		":INPUT DROP [0:0]",
		":FORWARD DROP [0:0]",
		":OUTPUT ACCEPT [0:0]",
		...emptied,
		"-A INPUT -i lo -j ACCEPT",
		"COMMIT",
	];
	return { v4: `${v4.join("\n")}\n`, v6: `${v6.join("\n")}\n` };
}

/** A question to the address that every machine's resolver asks, already redirected. */
const askedResolver = `-m conntrack --ctstate NEW,ESTABLISHED --ctorigdst ${resolverAddress} --ctorigdstport 53`;

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

function internetRules({ bridge, subnet }: FilterNetwork, outer: string): string[] {
	return [
		`-A FORWARD -i ${bridge} -o ${outer} -s ${subnet} ${askedResolver} -j ACCEPT`,
		// Not INVALID: such packets are not translated and would leave under the machine's own address.
		`-A FORWARD -i ${bridge} -o ${outer} -s ${subnet} -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ${outChain}`,
		`-A FORWARD -i ${outer} -o ${bridge} -d ${subnet} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
		`-A FORWARD -i ${outer} -o ${bridge} -d ${subnet} -p icmp -m conntrack --ctstate RELATED -j ACCEPT`,
	];
}

function routeRules(spec: Pick<FilterSpec, "routes">, networks: FilterNetwork[]): string[] {
	const byName = new Map(networks.map((network) => [network.name, network]));
	return spec.routes.flatMap((route) => {
		const from = byName.get(route.from);
		const to = byName.get(route.to);
		if (!from || !to) {
			throw new HomerangeError("INPUT_INVALID", "A route names a network that the range does not have.");
		}
		// Isolated means nothing in or out, whatever the routes say. To itself nothing needs to be routed.
		if (from.isolated || to.isolated || from.bridge === to.bridge) return [];
		const ports = route.ports.map(parsePort);
		const there = `-A FORWARD -i ${from.bridge} -o ${to.bridge} -s ${from.subnet} -d ${to.subnet}`;
		const back = `-A FORWARD -i ${to.bridge} -o ${from.bridge} -s ${to.subnet} -d ${from.subnet}`;
		const icmpErrors = "-p icmp -m conntrack --ctstate RELATED -j ACCEPT";
		return [
			...matches(ports, "dport").map(
				(match) => `${there}${match} -m conntrack --ctstate NEW,ESTABLISHED --ctdir ORIGINAL -j ACCEPT`,
			),
			...matches(ports, "sport").map(
				(match) => `${back}${match} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
			),
			`${there} ${icmpErrors}`,
			`${back} ${icmpErrors}`,
		];
	});
}

/**
 * A machine on several networks answers by its default route, whatever address it was asked at. Such answers of a
 * flow that a route allows may come by any network that the machine is on, in spite of their source.
 */
function otherWayRules(spec: Pick<FilterSpec, "routes" | "homes">, networks: FilterNetwork[]): string[] {
	const byName = new Map(networks.map((network) => [network.name, network]));
	const rules = (spec.homes ?? []).flatMap((home) =>
		home.flatMap(({ network, ip }) => {
			const asked = spec.routes.filter(({ to }) => to === network).flatMap(({ from }) => byName.get(from) ?? []);
			const others = home.flatMap((other) => (other.network === network ? [] : (byName.get(other.network) ?? [])));
			return others
				.filter((other) => !other.isolated)
				.flatMap((by) =>
					asked
						.filter((from) => !from.isolated && by.bridge !== from.bridge)
						.map(
							(from) =>
								`-A FORWARD -i ${by.bridge} -o ${from.bridge} -s ${checkedCidr(`${ip}/32`)} -d ${from.subnet} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
						),
				);
		}),
	);
	return [...new Set(rules)];
}

/** No ports: everything, in one rule without a match. */
function matches(ports: PortMatch[], side: "dport" | "sport"): string[] {
	if (ports.length === 0) return [""];
	return ports.map(({ protocol, first, last }) => {
		if (first === null) return ` -p ${protocol}`;
		return ` -p ${protocol} --${side} ${first === last ? first : `${first}:${last}`}`;
	});
}

function checkedNetwork(network: FilterNetwork): FilterNetwork {
	return { ...network, bridge: checkedInterface(network.bridge), subnet: checkedCidr(network.subnet) };
}

function checkedCidr(text: string): string {
	return formatCidr(requireCidr(text, "The network"));
}

function checkedInterface(name: string): string {
	if (interfacePattern.test(name)) return name;
	throw new HomerangeError("INPUT_INVALID", `"${name.slice(0, 32)}" cannot be the name of a network interface.`);
}
