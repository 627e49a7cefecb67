import { hostFacts } from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { FilterSpec } from "../filter/index.ts";
import { bridgeOf, type RangeRecord } from "./record.ts";

/** What a range's filter must hold: its networks by their bridges, its routes, and what internet never means. */
export async function filterSpec(
	host: DockerEngine,
	range: RangeRecord,
	dindImage: string,
	outerPool: string,
): Promise<FilterSpec> {
	const { networks, routes } = range.blueprint;
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
		forbidden: await forbiddenNetworks(host, range, dindImage, outerPool),
	};
}

export const hasInternet = (range: RangeRecord): boolean =>
	range.blueprint.networks.some((network) => network.internet);

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
