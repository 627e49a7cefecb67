import { HomerangeError } from "../../contract/errors.ts";
import { formatCidr, requireCidr } from "../dind/cidr.ts";
import { resolverAddress } from "../dind/isolation-profile.ts";
import type { FilterNetwork, FilterSpec } from "./filter-spec.ts";
import { type PortMatch, parsePort } from "./port-match.ts";

/** What the rules of a range and those of its router machine are both made of. Pure. */

/** Chain for what leaves towards the internet; the one of this name in the nat table hides its addresses. */
export const outChain = "HOMERANGE-OUT";

/** The restore runs without its own flush, for the nat table's sake: the filter table is emptied by hand. */
const emptied = ["-F INPUT", "-F FORWARD", "-F OUTPUT"];

const interfacePattern = /^[a-z][a-z0-9_.-]{0,14}$/;

/** A question to the address that every machine's resolver asks, already redirected. */
export const askedResolver = `-m conntrack --ctstate NEW,ESTABLISHED --ctorigdst ${resolverAddress} --ctorigdstport 53`;

/** The beginning of a filter table of ours, for IPv4. */
export function filterHead(inputPolicy: "ACCEPT" | "DROP"): string[] {
	return [
		"*filter",
		`:INPUT ${inputPolicy} [0:0]`,
		":FORWARD DROP [0:0]",
		":OUTPUT ACCEPT [0:0]",
		`:${outChain} - [0:0]`,
		...emptied,
	];
}

/** IPv6: nothing is routed and nothing is answered, but for what these rules let through. */
export function closedIpv6(rules: readonly string[]): string {
	return asInput([
		"*filter",
		":INPUT DROP [0:0]",
		":FORWARD DROP [0:0]",
		":OUTPUT ACCEPT [0:0]",
		...emptied,
		"-A INPUT -i lo -j ACCEPT",
		...rules,
		"COMMIT",
	]);
}

/** What comes from a network has a source of it. */
export function sourceRules(chain: "INPUT" | "FORWARD", networks: readonly FilterNetwork[]): string[] {
	return networks.map(({ bridge, subnet }) => `-A ${chain} -i ${bridge} ! -s ${subnet} -j DROP`);
}

/** The lines as the programs read them. */
export function asInput(lines: readonly string[]): string {
	return `${lines.join("\n")}\n`;
}

export function internetRules({ bridge, subnet }: FilterNetwork, outer: string): string[] {
	return [
		`-A FORWARD -i ${bridge} -o ${outer} -s ${subnet} ${askedResolver} -j ACCEPT`,
		// Not INVALID: such packets are not translated and would leave under the machine's own address.
		`-A FORWARD -i ${bridge} -o ${outer} -s ${subnet} -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ${outChain}`,
		`-A FORWARD -i ${outer} -o ${bridge} -d ${subnet} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
		`-A FORWARD -i ${outer} -o ${bridge} -d ${subnet} -p icmp -m conntrack --ctstate RELATED -j ACCEPT`,
	];
}

export function routeRules(spec: Pick<FilterSpec, "routes">, networks: FilterNetwork[]): string[] {
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
export function otherWayRules(spec: Pick<FilterSpec, "routes" | "homes">, networks: FilterNetwork[]): string[] {
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

export function checkedNetwork(network: FilterNetwork): FilterNetwork {
	return { ...network, bridge: checkedInterface(network.bridge), subnet: checkedCidr(network.subnet) };
}

export function checkedCidr(text: string): string {
	return formatCidr(requireCidr(text, "The network"));
}

export function checkedInterface(name: string): string {
	if (interfacePattern.test(name)) return name;
	throw new HomerangeError("INPUT_INVALID", `"${name.slice(0, 32)}" cannot be the name of a network interface.`);
}
