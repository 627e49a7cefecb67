import {
	contains,
	firstHost,
	forbiddenSubnets,
	formatAddress,
	formatSubnet,
	overlaps,
	parseAddress,
	parseSubnet,
	type Subnet,
} from "./addresses.ts";
import { type Check, writtenKeys } from "./check.ts";

/** A network whose subnet is usable, as numbers. */
export interface CheckedNetwork {
	readonly name: string;
	readonly subnet: Subnet;
	readonly gateway: number;
}

/** Checks subnets, gateways and flags; gives the networks that addresses can be checked against. */
export function checkNetworks(check: Check): ReadonlyMap<string, CheckedNetwork> {
	const { draft, root, issues } = check;
	const written = writtenKeys(root, ["networks"]);
	if (draft.networks !== undefined && written.length === 0) {
		issues.error(
			["networks"],
			"A blueprint has at least one network.",
			"Write networks: { lan: { subnet: 10.0.1.0/24 } }.",
		);
	}
	const checked = new Map<string, CheckedNetwork>();
	for (const [name, network] of Object.entries(draft.networks ?? {})) {
		if (network.internet === true && network.isolated === true) {
			issues.error(
				["networks", name, "isolated"],
				`The network "${name}" is both isolated and open to the internet.`,
				"Keep one of isolated and internet.",
			);
		}
		const subnet = checkSubnet(check, name, network.subnet);
		if (subnet === null) continue;
		const gateway = checkGateway(check, name, subnet, network.gateway);
		checked.set(name, { name, subnet, gateway: gateway ?? firstHost(subnet) });
	}
	reportOverlaps(check, [...checked.values()]);
	return checked;
}

function checkSubnet({ issues }: Check, name: string, text: string): Subnet | null {
	const path = ["networks", name, "subnet"];
	const subnet = parseSubnet(text);
	if (subnet === null) {
		issues.error(path, `"${text}" is not an IPv4 subnet.`, "Each number of the address is at most 255: 10.0.1.0/24.");
		return null;
	}
	if (subnet.prefix < 8 || subnet.prefix > 29) {
		issues.error(
			path,
			`A subnet of /${subnet.prefix} is too ${subnet.prefix < 8 ? "large" : "small"}.`,
			"Use a length from /8 to /29.",
		);
		return null;
	}
	const forbidden = forbiddenSubnets.find((entry) => overlaps(entry.subnet, subnet));
	if (forbidden !== undefined) {
		issues.error(
			path,
			`The subnet ${text} cannot be used: ${forbidden.why}.`,
			"Use a private one, such as 10.0.1.0/24.",
		);
		return null;
	}
	if (subnet.hasHostBits) {
		issues.error(
			path,
			`"${text}" names an address inside the subnet, not the subnet.`,
			`Write ${formatSubnet(subnet)}.`,
		);
	}
	return subnet;
}

function checkGateway({ issues }: Check, name: string, subnet: Subnet, text: string | undefined): number | null {
	if (text === undefined) return null;
	const path = ["networks", name, "gateway"];
	const gateway = parseAddress(text);
	const hint = `Use an address between ${formatAddress(subnet.base + 1)} and ${formatAddress(subnet.last - 1)}.`;
	if (gateway === null) issues.error(path, `"${text}" is not an IPv4 address.`, hint);
	else if (!contains(subnet, gateway)) {
		issues.error(path, `The gateway ${text} lies outside the subnet ${formatSubnet(subnet)}.`, hint);
	} else if (gateway === subnet.base || gateway === subnet.last) {
		const what = gateway === subnet.base ? "network" : "broadcast";
		issues.error(path, `The gateway ${text} is the ${what} address of ${formatSubnet(subnet)}.`, hint);
	} else return gateway;
	return null;
}

function reportOverlaps({ issues }: Check, networks: readonly CheckedNetwork[]): void {
	for (const [index, network] of networks.entries()) {
		const other = networks.slice(0, index).find((earlier) => overlaps(earlier.subnet, network.subnet));
		if (other === undefined) continue;
		issues.error(
			["networks", network.name, "subnet"],
			`The subnet ${formatSubnet(network.subnet)} of "${network.name}" overlaps ${formatSubnet(other.subnet)} of "${other.name}".`,
			"Give every network of a blueprint a subnet of its own.",
		);
	}
}
