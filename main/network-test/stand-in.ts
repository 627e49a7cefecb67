import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import type { ResolvedMachine } from "../blueprint/index.ts";
import { openExec } from "../docker/exec.ts";
import { isGuest } from "../providers/docker/guest-container.ts";
import type { RangeSite } from "../ranges/range-site.ts";
import { MachineAgent } from "./agent.ts";
import { agentScript } from "./agent-script.ts";

/** An address that no machine has, on each network of a VM. */
export type StandInAddresses = ReadonlyMap<string, string>;

/**
 * Nothing of ours runs in a virtual machine's guest. So beside it, on each of its networks, stands a network namespace
 * with a card on the same bridge and an address that nobody has: for the range's rules it is as the VM is. It ends
 * with its input, and its cards with it.
 *
 * Arguments: the agent's script, then for each network "port bridge name address/prefix gateway", the gateway "-" but
 * for the default route.
 */
const script = `
set -eu
agent=$1; shift
exec 3<&0
own=$(readlink /proc/self/ns/net)
unshare -n sh -c '
  last=$1 agent=$2 n=0
  until ip route show 2>/dev/null | grep -q . && ip -o link show dev "$last" up 2>/dev/null | grep -q LOWER_UP; do
    n=$((n + 1)); [ $n -lt 200 ] || exit 1; sleep 0.05
  done
  exec sh -c "$agent" homerange-network-test' sh "eth$(( $# / 5 - 1 ))" "$agent" <&3 &
pid=$! n=0
while [ "$(readlink "/proc/$pid/ns/net" 2>/dev/null || echo "$own")" = "$own" ]; do
  n=$((n + 1)); [ $n -lt 200 ] || exit 1; sleep 0.05
done
inside() { nsenter -t "$pid" -n "$@"; }
inside ip link set dev lo up
while [ $# -ge 5 ]; do
  port=$1 bridge=$2 name=$3 address=$4 gateway=$5
  shift 5
  ip link delete dev "$port" 2>/dev/null || true
  ip link add "$port" type veth peer name "$name" netns "$pid"
  ip link set dev "$port" master "$bridge"
  ip link set dev "$port" up
  inside ip addr add "$address" dev "$name"
  inside ip link set dev "$name" up
  [ "$gateway" = - ] || inside ip route add default via "$gateway" dev "$name"
done
wait "$pid"`;

/** Whether nothing of ours can run where the machine's address is: in a VM, also in one that runs in a container. */
export function needsStandIn(machine: ResolvedMachine): boolean {
	return machine.provider === "libvirt" || isGuest(machine);
}

/** An agent beside a VM. */
export async function openStandIn(
	site: RangeSite,
	machine: ResolvedMachine,
	addresses: StandInAddresses,
	signal: AbortSignal,
): Promise<MachineAgent> {
	const networks = new Map(site.blueprint.networks.map((network) => [network.name, network]));
	const cards = machine.nics.flatMap(({ network: name, isDefault }, nic) => {
		const network = networks.get(name);
		const ip = addresses.get(name);
		if (network === undefined || ip === undefined) return [];
		const prefix = network.subnet.split("/")[1];
		return [
			portOf(machine.name, nic),
			site.bridge(name),
			`eth${nic}`,
			`${ip}/${prefix}`,
			isDefault ? network.gateway : "-",
		];
	});
	const command = site.dind.enterNetns(["sh", "-c", script, "homerange-stand-in", agentScript, ...cards]);
	return MachineAgent.over(await openExec(site.host, site.dind.container, { command, killable: true }, signal));
}

/**
 * Free addresses for the stand-ins of all VMs, from the end of each network: one for each card. A network that is
 * full has none. Pure.
 */
export function standInAddresses(
	blueprint: Pick<RangeSite["blueprint"], "networks" | "machines">,
): ReadonlyMap<string, StandInAddresses> {
	const vms = blueprint.machines.filter(needsStandIn);
	const taken = new Set([
		...blueprint.networks.map(({ gateway }) => gateway),
		...blueprint.machines.flatMap(({ nics }) => nics.map(({ ip }) => ip)),
	]);
	const subnets = new Map(blueprint.networks.map(({ name, subnet }) => [name, subnet]));
	return new Map(
		vms.map(({ name, nics }) => {
			const own = nics.flatMap(({ network }) => {
				const ip = lastFree(subnets.get(network) ?? "", taken);
				if (ip === null) return [];
				taken.add(ip);
				return [[network, ip] as const];
			});
			return [name, new Map(own)];
		}),
	);
}

function lastFree(subnet: string, taken: ReadonlySet<string>): string | null {
	const [address, prefix] = ipaddr.IPv4.parseCIDR(subnet);
	const size = 2 ** (32 - prefix);
	const first = address.toByteArray().reduce((number, octet) => number * 256 + octet, 0);
	const base = first - (first % size);
	// As many as there can be machines, and one more, is enough to look at.
	for (let number = base + size - 2; number > base && number > base + size - 1000; number--) {
		const ip = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
		if (!taken.has(ip)) return ip;
	}
	return null;
}

function portOf(machine: string, nic: number): string {
	return `hrs${createHash("sha256").update(`${machine}/${nic}`).digest("hex").slice(0, 11)}`;
}
