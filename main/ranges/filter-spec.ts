import { hostFacts } from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { FilterSpec } from "../filter/index.ts";
import { type RouterSpec, routerLink } from "../router/index.ts";
import { bridgeOf, type MachineRecord, type RangeRecord } from "./record.ts";

/** What a range's filter must hold: its networks by their bridges, its routes, and what internet never means. */
export async function filterSpec(
	host: DockerEngine,
	range: RangeRecord,
	dindImage: string,
	outerPool: string,
): Promise<FilterSpec> {
	return {
		...wantedTraffic(range),
		...(routerOf(range) === null ? {} : { routerLink: routerLink.outside }),
		forbidden: await forbiddenNetworks(host, range, dindImage, outerPool),
	};
}

/** The range's router machine; null when its own kernel routes. */
export function routerOf(range: Pick<RangeRecord, "machines">): MachineRecord | null {
	return range.machines.find(({ spec }) => spec.role === "router") ?? null;
}

/** What the range's router machine is to be: an interface for each of its NICs, and the range's traffic. */
export function routerSpec(range: RangeRecord): RouterSpec {
	const subnets = new Map(range.blueprint.networks.map(({ name, subnet }) => [name, subnet]));
	return {
		filter: wantedTraffic(range),
		ports: (routerOf(range)?.spec.nics ?? []).map(({ network, ip, mac }, position) => ({
			name: `eth${position}`,
			bridge: bridgeOf(range, network),
			mac,
			gateway: ip,
			subnet: subnets.get(network) ?? "",
		})),
	};
}

function wantedTraffic(range: RangeRecord): Pick<FilterSpec, "networks" | "routes" | "homes"> {
	const { networks, routes } = range.meanwhile ?? range.blueprint;
	return {
		networks: networks.map(({ name, subnet, gateway, internet, isolated }) => ({
			name,
			bridge: bridgeOf(range, name),
			subnet,
			gateway,
			internet,
			isolated,
		})),
		routes: [...routes],
		homes: range.machines
			.filter(({ spec }) => spec.role === "machine" && spec.nics.length > 1)
			.map(({ spec }) => spec.nics.map(({ network, ip }) => ({ network, ip }))),
	};
}

export const hasInternet = (range: RangeRecord): boolean =>
	(range.meanwhile ?? range.blueprint).networks.some((network) => network.internet);

/** Networks of the engine's host and the ranges' outer pool. Asked only when some network has internet. */
export async function forbiddenNetworks(
	host: DockerEngine,
	range: RangeRecord,
	dindImage: string,
	outerPool: string,
): Promise<string[]> {
	if (!hasInternet(range)) return [outerPool];
	// The answer is shared by all who ask, so nobody's signal may end the question.
	const { routes } = await hostFacts(host, dindImage);
	return [...new Set([outerPool, ...routes])];
}
