import { HomerangeError } from "../../../contract/errors.ts";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { runExec } from "../../docker/exec.ts";
import type { ProbeSite } from "../probes/network-probe.ts";

/**
 * Engines before 28 join the networks of a container in any order, give only the
 * first NIC its wanted MAC, and choose the default route by a network's name.
 * This runs right after the start, in the container's network namespace: NICs are
 * found by their address, then get their MAC, their name, and the default route.
 *
 * Arguments: process id, gateway of the default NIC, then "ip/mac" for each NIC in order.
 */
const script = `
pid=$1 gateway=$2; shift 2
enter() { nsenter -t "$pid" -n "$@"; }
n=0
for nic; do
  ip=\${nic%/*} mac=\${nic#*/}
  name=$(enter ip -o -4 addr show | awk -v ip="$ip" '{ split($4, a, "/"); if (a[1] == ip) print $2 }')
  [ -n "$name" ] || { echo "no interface has $ip" >&2; exit 65; }
  enter ip link set dev "$name" down
  enter ip link set dev "$name" address "$mac" name "hrtmp$n"
  n=$((n + 1))
done
i=0
while [ "$i" -lt "$n" ]; do
  enter ip link set dev "hrtmp$i" name "eth$i"
  enter ip link set dev "eth$i" up
  i=$((i + 1))
done
if [ -n "$gateway" ]; then enter ip route replace default via "$gateway"; fi`;

export interface NicRepair {
	readonly site: ProbeSite;
	/** Process id of the machine as the inner engine sees it. */
	readonly pid: number;
	readonly gateway: string | null;
}

/** Gives a running machine's NICs the order, the MACs and the default route that an older inner engine did not. */
export async function arrangeNics(machine: ResolvedMachine, repair: NicRepair, signal: AbortSignal): Promise<void> {
	const { site, pid, gateway } = repair;
	const nics = machine.nics.map((nic) => `${nic.ip}/${nic.mac}`);
	const command = site.enterNetns(["sh", "-c", script, "homerange-nics", String(pid), gateway ?? "", ...nics]);
	const { exitCode, stderr } = await runExec(site.host, site.container, { command, limitMs: 20_000 }, signal);
	if (exitCode === 0) return;
	throw new HomerangeError(
		"ENGINE_REFUSED",
		`The NICs of ${machine.name} could not be arranged as the blueprint says.`,
		{
			place: machine.name,
			detail: stderr,
			remedy: "Use an inner engine from version 28 on: set another DinD image.",
		},
	);
}
