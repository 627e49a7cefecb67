import { overlaps, requireCidr } from "../dind/cidr.ts";
import type { RangeSite } from "../ranges/range-site.ts";
import { internetPort } from "./plan.ts";
import { openShortLived, type ShortLivedContainer } from "./short-lived-container.ts";

/** Networks for documentation (RFC 5737): nobody has their addresses, and the range's filter takes them for internet. */
const documentation = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"];
const hostPart = 77;

/** An address that no network of the blueprint has; null when the blueprint uses all of them. */
export function chooseInternetAddress(subnets: readonly string[]): string | null {
	const used = subnets.map((subnet) => requireCidr(subnet, "The network"));
	const free = documentation.find((cidr) => {
		const network = requireCidr(cidr, "The network");
		return !used.some((other) => overlaps(network, other));
	});
	return free === undefined ? null : free.replace(/0\/24$/, String(hostPart));
}

/**
 * Arguments: the address, the port, the range's container, the range's subnets. It is ready once it answers itself:
 * that is the control for silence from elsewhere. Packets that left the range without
 * a translated source are answered as well: they should not have left.
 */
const internetScript = `
set -eu
address=$1 port=$2 range=$3; shift 3
ip addr add "$address/32" dev lo
for subnet; do ip route add "$subnet" via "$range" || true; done
if command -v socat >/dev/null; then
  socat -u "TCP4-LISTEN:$port,bind=$address,fork,reuseaddr" OPEN:/dev/null </dev/null &
  reach() { socat -u OPEN:/dev/null "TCP4:$address:$port,connect-timeout=1"; }
else
  nc -ll -s "$address" -p "$port" -e true </dev/null &
  reach() { nc -z -w 1 "$address" "$port"; }
fi
listener=$!
tries=0
until reach 2>/dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || exit 1
  sleep 0.1
done
echo ready
read -r _ || true
kill $listener
`;

/** Arguments: the address, where it is. Runs in the network namespace of the range's container. */
const routeScript = `
set -eu
ip route replace "$1/32" via "$2"
echo ready
read -r _ || true
ip route del "$1/32" via "$2"
`;

/**
 * The internet of a network test: a container beside the range's own on its outer network, with an address of a
 * documentation network, and a route to it. No packet leaves the engine's host.
 */
export async function openInternet(
	{ host, dind, id: rangeId, blueprint }: RangeSite,
	address: string,
	signal: AbortSignal,
): Promise<{ close(): Promise<void> }> {
	const { image, network, container } = dind;
	const facts = await host.api.getContainer(container).inspect();
	const range = facts.NetworkSettings.Networks[network]?.IPAddress ?? "";
	const subnets = blueprint.networks.map(({ subnet }) => subnet);
	const opened: ShortLivedContainer[] = [];
	const close = async () => {
		for (const one of opened.splice(0).reverse()) await one.close();
	};
	const open = async (script: string, values: string[], where: string) => {
		const request = { image, script, arguments: values, network: where, rangeId };
		const one = await openShortLived(host, request, signal);
		opened.push(one);
		return one;
	};
	try {
		const internet = await open(internetScript, [address, String(internetPort), range, ...subnets], network);
		const { NetworkSettings: settings } = await host.api.getContainer(internet.id).inspect();
		await open(routeScript, [address, settings.Networks[network]?.IPAddress ?? ""], `container:${container}`);
	} catch (error) {
		await close();
		throw error;
	}
	return { close };
}
