import type { NetworkProbe } from "../../contract/network-test.ts";
import type { Nic } from "../../contract/ranges.ts";
import type { ResolvedBlueprint, ResolvedMachine } from "../blueprint/index.ts";
import { parsePort } from "../filter/port-match.ts";

/** One probe that is to be made, and what the blueprint wants of it. */
export interface PlannedProbe extends Pick<NetworkProbe, "from" | "to" | "wanted"> {
	readonly protocol: "icmp" | "tcp" | "udp";
	/** Null for icmp. */
	readonly port: number | null;
}

type Wanted = PlannedProbe["wanted"];
type Traffic = Pick<PlannedProbe, "protocol" | "port">;
type Plan = Pick<ResolvedBlueprint, "networks" | "routes" | "machines">;

/** The port of the internet that the test makes. */
export const internetPort = 80;
/** Ports of one route that are tried; a route may name thousands. */
const portsOfRoute = 8;
const firstTestPort = 47_100;

/**
 * Every probe of a range: each machine to each address of every other machine, and to the internet. Pure.
 *
 * A machine sends from the NIC that its own routing takes: the one on the address's network, else its default
 * route. A pair of addresses whose answers would take another way than the questions, over a network that both
 * machines share, is left out: whether such traffic passes is not the blueprint's to say.
 */
export function planProbes(blueprint: Plan, internet: string | null): PlannedProbe[] {
	const machines = blueprint.machines.filter(({ role }) => role === "machine");
	const testPort = chooseTestPort(blueprint);
	return machines.flatMap((from) => [
		...machines
			.filter((to) => to !== from)
			.flatMap((to) => to.nics.flatMap((nic) => probesTo(blueprint, { from, to, nic, testPort }))),
		...(internet === null ? [] : [internetProbe(blueprint, from, internet)]),
	]);
}

/** What the blueprint wants of traffic from one network to another. Pure. */
export function isAllowed(blueprint: Plan, from: string, to: string, traffic: Traffic): boolean {
	if (from === to) return true;
	const ends = blueprint.networks.filter(({ name }) => name === from || name === to);
	if (ends.length !== 2 || ends.some(({ isolated }) => isolated)) return false;
	return blueprint.routes.some(
		(route) =>
			route.from === from &&
			route.to === to &&
			(route.ports.length === 0 || route.ports.some((text) => covers(text, traffic))),
	);
}

function covers(text: string, { protocol, port }: Traffic): boolean {
	const match = parsePort(text);
	if (match.protocol !== protocol) return false;
	return match.first === null || (port !== null && port >= match.first && port <= (match.last ?? match.first));
}

interface Pair {
	from: ResolvedMachine;
	to: ResolvedMachine;
	/** Of the target. */
	nic: Nic;
	testPort: number;
}

function probesTo(blueprint: Plan, { from, to, nic, testPort }: Pair): PlannedProbe[] {
	const out = nicTowards(from, nic.network);
	const back = nicTowards(to, out.network);
	const returns = back.network === nic.network;
	const shares = back.network === out.network;
	return trafficBetween(blueprint, out.network, nic.network, testPort).flatMap((traffic) => {
		const passes = isAllowed(blueprint, out.network, nic.network, traffic);
		if (passes && !returns && shares) return [];
		// A machine may answer by its default route whatever address it was asked at; from an isolated network nothing comes.
		const wanted: Wanted = passes && (returns || !isIsolated(blueprint, back.network)) ? "reaches" : "blocked";
		return [{ from: end(from, out), to: end(to, nic), wanted, ...traffic }];
	});
}

function internetProbe(blueprint: Plan, from: ResolvedMachine, address: string): PlannedProbe {
	const out = nicTowards(from, null);
	const network = blueprint.networks.find(({ name }) => name === out.network);
	const wanted: Wanted = network?.internet === true && !network.isolated ? "reaches" : "blocked";
	const to = { machine: null, network: "internet", ip: address };
	return { from: end(from, out), to, wanted, protocol: "tcp", port: internetPort };
}

function isIsolated({ networks }: Plan, name: string): boolean {
	return networks.some((network) => network.name === name && network.isolated);
}

/** The NIC that a machine's routing table takes for an address on this network. */
function nicTowards(machine: ResolvedMachine, network: string | null): Nic {
	const direct = machine.nics.find((nic) => nic.network === network);
	const chosen = direct ?? machine.nics.find(({ isDefault }) => isDefault) ?? machine.nics[0];
	if (chosen === undefined) throw new Error(`the machine ${machine.name} has no NIC`);
	return chosen;
}

const end = ({ name }: ResolvedMachine, { network, ip }: Nic) => ({ machine: name, network, ip });

/** An echo, a connection to a port that no route names, and what the routes between the two name. */
function trafficBetween(blueprint: Plan, from: string, to: string, testPort: number): Traffic[] {
	const always: Traffic[] = [
		{ protocol: "icmp", port: null },
		{ protocol: "tcp", port: testPort },
	];
	const named = blueprint.routes
		.filter((route) => route.from === from && route.to === to && from !== to)
		.flatMap(({ ports }) => (ports.length === 0 ? ["udp"] : ports))
		.flatMap((text): Traffic[] => {
			const { protocol, first, last } = parsePort(text);
			if (protocol !== "tcp" && protocol !== "udp") return [];
			return [...new Set([first ?? testPort, last ?? testPort])].map((port) => ({ protocol, port }));
		});
	const all = [...always, ...named.slice(0, portsOfRoute)];
	return all.filter((one, at) => all.findIndex((other) => nameOf(other) === nameOf(one)) === at);
}

/** A port that no route names, so that what is not allowed can be tried. */
function chooseTestPort({ routes }: Plan): number {
	const named = routes.flatMap(({ ports }) => ports).map(parsePort);
	const isNamed = (port: number) =>
		named.some(({ first, last }) => first !== null && port >= first && port <= (last ?? first));
	let port = firstTestPort;
	while (port < 65_535 && isNamed(port)) port++;
	return isNamed(port) ? firstTestPort : port;
}

/** "icmp", "80/tcp". */
export const nameOf = ({ protocol, port }: Traffic): string => (port === null ? protocol : `${port}/${protocol}`);
