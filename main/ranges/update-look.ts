import { z } from "zod";
import { label } from "../dind/index.ts";
import { networkName } from "../providers/docker/engine-names.ts";
import type { RangeConnection } from "./connections.ts";
import { bridgeOf, type RangeRecord } from "./record.ts";
import type { Stale } from "./update-plan.ts";

// biome-ignore-start lint/style/useNamingConvention: the engine's names
const networksAnswer = z.array(
	z.object({
		Id: z.string(),
		Name: z.string(),
		Options: z.record(z.string(), z.string()).nullish(),
		IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string(), Gateway: z.string().optional() })).nullish() }),
	}),
);
// biome-ignore-end lint/style/useNamingConvention: the engine's names

/** Compares what the range's inner engine holds with the record. */
export async function lookForUpdate(
	range: RangeRecord,
	{ inner, provider }: RangeConnection,
	signal: AbortSignal,
): Promise<{ stale: Stale; missingNetworks: Set<string>; gone: Set<string> }> {
	const own = { label: [`${label.range}=${range.id}`, `${label.role}=network`] };
	const options: object = { filters: own, abortSignal: signal };
	const [answer, containers] = await Promise.all([inner.api.listNetworks(options), provider.list(signal)]);
	const networks = networksAnswer.parse(answer);
	const missingNetworks = new Set(range.blueprint.networks.map(({ name }) => name));
	const old = networks.filter((network) => {
		const wanted = range.blueprint.networks.find(({ name }) => networkName(name) === network.Name);
		const config = network.IPAM.Config?.[0];
		const isSame =
			wanted !== undefined &&
			config?.Subnet === wanted.subnet &&
			config.Gateway === wanted.gateway &&
			network.Options?.["com.docker.network.bridge.name"] === bridgeOf(range, wanted.name);
		if (isSame) missingNetworks.delete(wanted.name);
		return !isSame;
	});
	const known = new Set(range.machines.map((machine) => machine.engineId));
	return {
		stale: {
			machines: containers
				.filter(({ engineId }) => !known.has(engineId))
				.map(({ name, engineId }) => ({ name, engineId })),
			networks: old.map(({ Id, Name }) => ({ name: Name, engineId: Id })),
		},
		missingNetworks,
		/** Machines whose recorded container the engine does not hold. */
		gone: new Set(
			range.machines
				.filter(({ engineId }) => engineId !== null && !containers.some((seen) => seen.engineId === engineId))
				.map(({ spec }) => spec.name),
		),
	};
}
