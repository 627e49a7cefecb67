import { z } from "zod";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { askPath } from "../../docker/asking.ts";
import type { InnerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import { noCloudSeed } from "../../libvirt/seed/index.ts";
import { MachineFault } from "../machine-fault.ts";
import type { ProbeSite } from "../probes/network-probe.ts";
import { networkName } from "./engine-names.ts";
import type { InjectedFile } from "./files-archive.ts";
import { guestDevices, tunDevice } from "./guest-container.ts";

const lookLimitMs = 20_000;
const lookScript = 'for device in "$@"; do [ -c "$device" ] && echo "$device"; done; true';

/**
 * Which of a guest's devices the range's container has. Throws a `MachineFault` when the one is missing that no guest
 * can do without.
 */
export async function findGuestDevices({ host, container }: ProbeSite, signal: AbortSignal): Promise<string[]> {
	const command = ["sh", "-c", lookScript, "homerange-devices", ...guestDevices];
	const { stdout } = await runExec(host, container, { command, limitMs: lookLimitMs }, signal);
	const found = guestDevices.filter((device) => stdout.split("\n").includes(device));
	if (!found.includes(tunDevice)) {
		throw new MachineFault(
			`It cannot be created: the range's container has no ${tunDevice}, by which a VM gets its network.`,
		);
	}
	return found;
}

const networkAnswer = z.object({ IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })).min(1) }) });

/**
 * The seed that tells the guest what a container is told by its engine: hostname, addresses, files and environment.
 * Guests without cloud-init take their address by DHCP and pass over the rest; post_boot goes by the guest's agent.
 */
export async function guestSeed(
	machine: ResolvedMachine,
	files: readonly InjectedFile[],
	{ inner, gateways, instanceId }: { inner: InnerEngine; gateways: ReadonlyMap<string, string>; instanceId: string },
	signal: AbortSignal,
): Promise<InjectedFile> {
	const nics = await Promise.all(
		machine.nics.map(async ({ network, mac, ip, isDefault }) => {
			const answer = await askPath(inner.api, `/networks/${networkName(network)}?`, {}, signal);
			const subnet = networkAnswer.parse(answer).IPAM.Config[0]?.Subnet ?? "";
			const prefix = Number(subnet.split("/")[1]);
			return { mac, ip, prefix, gateway: gateways.get(network) ?? null, isDefault, dns: [] };
		}),
	);
	const { hostname, environment } = machine;
	try {
		const content = noCloudSeed({
			instanceId,
			hostname,
			nics,
			user: null,
			files,
			environment,
			commands: [],
			hosts: [],
		});
		return { path: "/seed/seed.iso", mode: 0o444, content };
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new MachineFault(`It cannot be created: ${error.message}`, { cause: error });
	}
}
