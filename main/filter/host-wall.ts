import { HomerangeError } from "../../contract/errors.ts";
import { formatCidr, requireCidr } from "../dind/cidr.ts";
import { hostFacts } from "../dind/host-facts.ts";
import { runHostHelper } from "../dind/host-helper.ts";
import { label, outerBridgeName, wallChainName } from "../dind/names.ts";
import { printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { neverInternet } from "./compile-rules.ts";
import { chooseTables } from "./scripts.ts";

export type HostWall = { applied: true } | { applied: false; reason: string };

export interface HostWallSpec {
	rangeId: string;
	/** An image with sh and iptables that is on the host: the range's own. */
	image: string;
	hasInternet: boolean;
	/** CIDRs that internet never reaches, as in the inner rules. */
	forbidden: string[];
}

/**
 * The rules of the wall, for iptables-restore. Pure.
 *
 * They stand in the mangle table, where neither dockerd nor the usual firewalls of a host write: a restarted
 * engine cannot put its own ACCEPT in front. PREROUTING sees what goes to the host itself and what it would
 * forward; FORWARD and OUTPUT keep others from beginning anything with the range.
 */
export function compileHostWall(spec: HostWallSpec & { resolvers: string[] }): string {
	const chain = wallChainName(spec.rangeId);
	const forbidden = [...neverInternet, ...spec.forbidden].map((cidr) => formatCidr(requireCidr(cidr, "The network")));
	const resolvers = spec.resolvers.map((address) => formatCidr(requireCidr(address, "The resolver")));
	const outgoing = spec.hasInternet
		? [
				// Answers: who may begin towards the range is for FORWARD and OUTPUT to say.
				`-A ${chain} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j RETURN`,
				`-A ${chain} -m addrtype --dst-type LOCAL -j DROP`,
				// The outer engine's resolver asks these in the range's name.
				...resolvers.flatMap((address) =>
					["udp", "tcp"].map((protocol) => `-A ${chain} -d ${address} -p ${protocol} --dport 53 -j RETURN`),
				),
				...forbidden.map((cidr) => `-A ${chain} -d ${cidr} -j DROP`),
			]
		: [`-A ${chain} -j DROP`];
	return `${["*mangle", `:${chain} - [0:0]`, ...outgoing, "COMMIT"].join("\n")}\n`;
}

/** Arguments: chain, bridge, rules. */
const raiseScript = `
set -eu
chain=$1 bridge=$2 rules=$3
${chooseTables}
printf '%s' "$rules" | iptables-restore -w 10 -n
iptables -w 10 -t mangle -C PREROUTING -i "$bridge" -j "$chain" 2>/dev/null ||
  iptables -w 10 -t mangle -I PREROUTING 1 -i "$bridge" -j "$chain"
set -- "! -i $bridge -o $bridge" "-o $bridge"
for hook in FORWARD OUTPUT; do
  iptables -w 10 -t mangle -C $hook $1 -m conntrack --ctstate NEW,INVALID -j DROP 2>/dev/null ||
    iptables -w 10 -t mangle -I $hook 1 $1 -m conntrack --ctstate NEW,INVALID -j DROP
  shift
done
if [ $ipv6 = yes ]; then
  ip6tables -w 10 -t mangle -C PREROUTING -i "$bridge" -j DROP 2>/dev/null ||
    ip6tables -w 10 -t mangle -I PREROUTING 1 -i "$bridge" -j DROP
fi`;

const lowerScript = `
set -u
chain=$1 bridge=$2
${chooseTables}
while iptables -w 10 -t mangle -D PREROUTING -i "$bridge" -j "$chain" 2>/dev/null; do :; done
set -- "! -i $bridge -o $bridge" "-o $bridge"
for hook in FORWARD OUTPUT; do
  while iptables -w 10 -t mangle -D $hook $1 -m conntrack --ctstate NEW,INVALID -j DROP 2>/dev/null; do :; done
  shift
done
[ $ipv6 = no ] || while ip6tables -w 10 -t mangle -D PREROUTING -i "$bridge" -j DROP 2>/dev/null; do :; done
if iptables -w 10 -t mangle -S "$chain" >/dev/null 2>&1; then
  iptables -w 10 -t mangle -F "$chain" && iptables -w 10 -t mangle -X "$chain"
fi`;

/**
 * The second wall, on the engine's host: whatever happens to the rules inside the range, its outer bridge reaches
 * neither the host nor anything private, and the outside only when some network of the range has internet.
 * Idempotent; raise it again when that changes and after the engine's host restarted. A host that refuses is
 * reported with its reason, not an error: the inner rules stand without it.
 */
export async function raiseHostWall(host: DockerEngine, spec: HostWallSpec, signal?: AbortSignal): Promise<HostWall> {
	const resolvers = spec.hasInternet ? (await hostFacts(host, spec.image, signal)).resolvers : [];
	const values = [wallChainName(spec.rangeId), outerBridgeName(spec.rangeId), compileHostWall({ ...spec, resolvers })];
	return await run(host, spec, raiseScript, values, signal);
}

/** Removes the wall of a range that is gone. Idempotent. */
export async function lowerHostWall(
	host: DockerEngine,
	spec: Pick<HostWallSpec, "rangeId" | "image">,
	signal?: AbortSignal,
): Promise<HostWall> {
	return await run(host, spec, lowerScript, [wallChainName(spec.rangeId), outerBridgeName(spec.rangeId)], signal);
}

async function run(
	host: DockerEngine,
	{ rangeId, image }: Pick<HostWallSpec, "rangeId" | "image">,
	script: string,
	values: string[],
	signal?: AbortSignal,
): Promise<HostWall> {
	const labels = { [label.range]: rangeId };
	try {
		const request = { image, script, arguments: values, mayFilter: true, labels };
		const { exitCode, output } = await runHostHelper(host, request, signal);
		if (exitCode === 0) return { applied: true };
		return { applied: false, reason: `The engine's host refused the filter rules: ${printable(output, 300)}` };
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code === "ENGINE_UNREACHABLE" || error.code === "CANCELLED")
			throw error;
		return { applied: false, reason: `The engine's host ran no helper for the filter rules: ${error.message}` };
	}
}
