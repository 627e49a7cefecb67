import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { label } from "../dind/index.ts";
import { hasStatus } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { networkName } from "../providers/docker/engine-names.ts";
import { routerOf } from "./filter-spec.ts";
import { bridgeOf, type RangeRecord } from "./record.ts";

// biome-ignore-start lint/style/useNamingConvention: the engine's names
const inspectAnswer = z.object({
	Options: z.record(z.string(), z.string()).nullish(),
	IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string(), Gateway: z.string().optional() })).nullish() }),
});
// biome-ignore-end lint/style/useNamingConvention: the engine's names

const bridgeOption = "com.docker.network.bridge.name";
/** The engine gives the gateway's address to nobody and still sends machines there: for a router machine to hold it. */
const inhibitOption = "com.docker.network.bridge.inhibit_ipv4";

/** A network of the range in its inner engine, with exactly its subnet, its gateway and its bridge. Idempotent. */
export async function ensureInnerNetwork(
	inner: DockerEngine,
	range: RangeRecord,
	name: string,
	owner: string,
	signal: AbortSignal,
): Promise<void> {
	const network = range.blueprint.networks.find((candidate) => candidate.name === name);
	if (network === undefined) throw new Error(`the range has no network ${name}`);
	const bridge = bridgeOf(range, name);
	const isRouted = routerOf(range)?.spec.nics.some((nic) => nic.network === name) ?? false;
	try {
		await inner.api.createNetwork({
			abortSignal: signal,
			Name: networkName(name),
			Driver: "bridge",
			CheckDuplicate: true,
			EnableIPv6: false,
			IPAM: { Driver: "default", Config: [{ Subnet: network.subnet, Gateway: network.gateway }] },
			Options: { [bridgeOption]: bridge, ...(isRouted ? { [inhibitOption]: "true" } : {}) },
			Labels: {
				[label.owner]: owner,
				[label.range]: range.id,
				[label.rangeName]: range.name,
				[label.role]: "network",
			},
		});
	} catch (error) {
		if (!hasStatus(error, 409)) throw error;
		const present = inspectAnswer.parse(await inner.api.getNetwork(networkName(name)).inspect());
		const config = present.IPAM.Config?.[0];
		const isSame =
			config?.Subnet === network.subnet &&
			config.Gateway === network.gateway &&
			present.Options?.[bridgeOption] === bridge &&
			(present.Options[inhibitOption] === "true") === isRouted;
		if (isSame) return;
		throw new HomerangeError("ENGINE_REFUSED", `The range has a network ${name} that is not the blueprint's.`, {
			place: range.name,
			remedy: "Destroy the range and deploy it again.",
			cause: error,
		});
	}
}
