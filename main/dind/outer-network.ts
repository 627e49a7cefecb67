import { HomerangeError } from "../../contract/errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { abortable } from "./abortable.ts";
import { formatAddress, requireCidr } from "./cidr.ts";
import type { DindSpec } from "./dind.ts";
import { hostFacts } from "./host-facts.ts";
import { hostNames, label, outerBridgeName } from "./names.ts";
import { chooseOuterSubnet } from "./outer-subnet.ts";

/** How many times another subnet is tried when someone else was faster; other processes may deploy as well. */
const attempts = 64;

/** Subnets that this process is creating networks with: copies that deploy together need not ask the engine in vain. */
const claims = new WeakMap<DockerEngine, Set<string>>();

export type OuterNetworkSpec = Pick<
	DindSpec,
	"owner" | "rangeId" | "rangeName" | "image" | "subnet" | "pool" | "avoid"
>;

/** Subnets that an outer network must not touch: those of the engine's networks and the routes of its host. */
export async function takenSubnets(host: DockerEngine, dindImage: string, signal?: AbortSignal): Promise<string[]> {
	const [networks, facts] = await Promise.all([networkSubnets(host, signal), hostFacts(host, dindImage, signal)]);
	return [...new Set([...networks, ...facts.routes])];
}

async function networkSubnets(host: DockerEngine, signal?: AbortSignal): Promise<string[]> {
	const networks = await host.api.listNetworks(abortable({}, signal));
	return networks.flatMap((network) => network.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : []));
}

/**
 * The range's own outer network, made when it is missing. Its own bridge keeps siblings apart at layer 2. When
 * another deploy took the subnet in the meantime (the engine refuses an overlap), the next free one is taken:
 * the answer says which it became.
 */
export async function ensureOuterNetwork(
	host: DockerEngine,
	spec: OuterNetworkSpec,
	signal?: AbortSignal,
): Promise<{ network: string; subnet: string }> {
	const network = hostNames(spec.rangeName, spec.rangeId).network;
	const present = await findOuterNetwork(host, spec.rangeId, signal);
	if (present) return present;
	const claimed = claims.get(host) ?? new Set<string>();
	claims.set(host, claimed);
	const refused: string[] = [];
	let subnet = spec.subnet;
	for (let attempt = 1; ; attempt++) {
		if (!claimed.has(subnet)) {
			claimed.add(subnet);
			try {
				await createOuterNetwork(host, spec, network, subnet, signal);
				return { network, subnet };
			} catch (error) {
				if (!isOverlap(error) || attempt >= attempts) throw error;
				refused.push(subnet);
			} finally {
				claimed.delete(subnet);
			}
		}
		// The list shows what others have made by now; `refused` holds what only the engine's allocator knows.
		const taken = [...(await takenSubnets(host, spec.image, signal)), ...refused];
		subnet = chooseOuterSubnet({ pool: spec.pool, taken: [...taken, ...claimed], avoid: spec.avoid });
	}
}

async function findOuterNetwork(
	host: DockerEngine,
	rangeId: string,
	signal?: AbortSignal,
): Promise<{ network: string; subnet: string } | null> {
	const filters = { label: [`${label.range}=${rangeId}`, `${label.role}=outer-network`] };
	const [found] = await host.api.listNetworks(abortable({ filters }, signal));
	const subnet = found?.IPAM?.Config?.[0]?.Subnet;
	return found && subnet ? { network: found.Name, subnet } : null;
}

async function createOuterNetwork(
	host: DockerEngine,
	spec: OuterNetworkSpec,
	name: string,
	subnet: string,
	signal?: AbortSignal,
): Promise<void> {
	const gateway = formatAddress(requireCidr(subnet, "The outer subnet").base + 1);
	const options = {
		Name: name,
		Driver: "bridge",
		CheckDuplicate: true,
		EnableIPv6: false,
		IPAM: { Driver: "default", Config: [{ Subnet: subnet, Gateway: gateway }] },
		Options: { "com.docker.network.bridge.name": outerBridgeName(spec.rangeId) },
		Labels: {
			[label.owner]: spec.owner,
			[label.range]: spec.rangeId,
			[label.rangeName]: spec.rangeName,
			[label.role]: "outer-network",
			[label.dindImage]: spec.image,
		},
	};
	await host.api.createNetwork(abortable(options, signal));
}

/** The engine's words for a subnet that something else has: of its own networks, or (newer engines) of its host. */
function isOverlap(error: unknown): boolean {
	return (
		error instanceof HomerangeError &&
		/pool overlaps|overlaps with (other|existing)|conflicts with (existing )?(network|route)|no available network/i.test(
			error.message,
		)
	);
}
