import { HomerangeError } from "../../contract/errors.ts";
import type { Dind } from "../dind/index.ts";
import { printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { enterProcess } from "../docker/enter-process.ts";
import { runExec } from "../docker/exec.ts";
import { compileRouterRules, fingerprintIn, routerApplyScript } from "../filter/index.ts";
import { type RouterSpec, routerFilter, routerLink } from "./router-spec.ts";

/** The router machine as it runs: in which container of the host, and which process there. */
export interface RouterPlace {
	readonly host: DockerEngine;
	readonly dind: Pick<Dind, "container" | "enterNetns">;
	/** The machine's first process, as the range's container numbers it. */
	readonly pid: number;
}

/**
 * Plugs the router machine in: its rules first, then the link to the outside, then one interface on each network's
 * bridge with the network's gateway. What is there already is left alone, so a second call changes nothing.
 * Docker cannot do this: it gives a network's gateway to nobody but itself.
 *
 * Arguments: process, script of the rules, the link's interfaces and addresses, then for each port
 * "name bridge outer-name mac address/prefix subnet" in six arguments. Input: the rules.
 */
const script = `
set -eu
pid=$1 rules=$2 link=$3 uplink=$4 here=$5 there=$6 prefix=$7
shift 7
ip -V 2>&1 | grep -q iproute2 || { echo "the image has no iproute2" >&2; exit 69; }
inside() { nsenter -t "$pid" -n "$@"; }
inside sh -c "$rules"
plug() {
  if ! inside ip link show dev "$2" >/dev/null 2>&1; then
    ip link delete dev "$1" 2>/dev/null || true
    ip link add "$1" type veth peer name "$2" netns "$pid"
  fi
}
plug "$link" "$uplink"
ip addr replace "$here/$prefix" dev "$link"
ip link set dev "$link" up
inside ip addr replace "$there/$prefix" dev "$uplink"
inside ip link set dev "$uplink" up
inside ip link set dev lo up
inside ip route replace default via "$here" dev "$uplink"
while [ $# -ge 6 ]; do
  name=$1 bridge=$2 outer=$3 mac=$4 address=$5 subnet=$6
  shift 6
  plug "$outer" "$name"
  ip link set dev "$outer" master "$bridge"
  ip link set dev "$outer" up
  inside ip link set dev "$name" address "$mac"
  inside ip addr replace "$address" dev "$name"
  inside ip link set dev "$name" up
  ip route replace "$subnet" via "$there" dev "$link"
done`;

/** Gives a running router machine its rules and its interfaces. Idempotent. Gives the fingerprint of the rules. */
export async function attachRouter(place: RouterPlace, spec: RouterSpec, signal?: AbortSignal): Promise<string> {
	const ports = spec.ports.flatMap(({ name, bridge, mac, gateway, subnet }) => [
		name,
		bridge,
		`hrv${name.slice("eth".length)}`,
		mac,
		`${gateway}/${subnet.split("/")[1]}`,
		subnet,
	]);
	const { outside, inside, outsideAddress, insideAddress, prefix } = routerLink;
	const output = await run(
		place,
		[
			"sh",
			"-c",
			script,
			"homerange-router",
			String(place.pid),
			routerApplyScript,
			outside,
			inside,
			outsideAddress,
			insideAddress,
			String(prefix),
			...ports,
		],
		spec,
		signal,
	);
	return fingerprintIn(output);
}

/** Argument: the link's interface. The ports are named by `attachRouter`, so all of them are found. */
const detachScript = `
ip link delete dev "$1" 2>/dev/null
for port in /sys/class/net/hrv*; do
  [ ! -e "$port" ] || ip link delete dev "\${port##*/}" 2>/dev/null
done
true`;

/**
 * Unplugs the router machine. A network namespace outlives its machine as long as any process is in it, and would
 * go on to forward: so the links go with the machine, and not later.
 */
export async function detachRouter(place: Omit<RouterPlace, "pid">, signal?: AbortSignal): Promise<void> {
	const command = place.dind.enterNetns(["sh", "-c", detachScript, "homerange-router", routerLink.outside]);
	await runExec(place.host, place.dind.container, { command, limitMs: 30_000 }, signal);
}

/** Puts the router's rules in force again, each table in one step. Gives their fingerprint. */
export async function applyRouterRules(place: RouterPlace, spec: RouterSpec, signal?: AbortSignal): Promise<string> {
	const inside = { ...place, dind: enterProcess(place.dind, place.pid) };
	return fingerprintIn(await run(inside, ["sh", "-c", routerApplyScript], spec, signal));
}

async function run(place: RouterPlace, command: string[], spec: RouterSpec, signal?: AbortSignal): Promise<string> {
	const { v4, v6 } = compileRouterRules(routerFilter(spec));
	const request = { command: place.dind.enterNetns(command), input: `${v4}#v6\n${v6}`, limitMs: 30_000 };
	const { exitCode, stdout, stderr } = await runExec(place.host, place.dind.container, request, signal);
	if (exitCode === 0) return stdout;
	throw new HomerangeError("ENGINE_REFUSED", "The router machine could not be plugged into its networks.", {
		place: place.dind.container,
		remedy: "The range's engine image needs iproute2, nsenter and iptables. Leave out router to route without it.",
		detail: printable(stderr || stdout),
	});
}
