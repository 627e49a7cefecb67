import { HomerangeError } from "../../../contract/errors.ts";
import type { Dind } from "../../dind/index.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";

/** The one address that one network card of a VM is given. */
export interface Reservation {
	/** The server's port on the range's bridge: an interface name. */
	readonly port: string;
	readonly bridge: string;
	readonly mac: string;
	readonly ip: string;
	readonly mask: string;
	/** Null for a card that is not the default route. */
	readonly gateway: string | null;
	readonly nameServer: string | null;
	readonly hostname: string;
}

/**
 * A guest that asks for its address gets the blueprint's, from a server for this one card: in a network namespace of
 * its own on the network's bridge, because nothing may talk to the range's container. It knows one hardware address
 * and answers no other. It ends with the range's container. busybox has the server in our image; it is a package of
 * its own in the base of the official one, which may lack it.
 *
 * Arguments for each card: port, bridge, MAC, address, mask, gateway or "-", name server or "-", host name.
 */
const script = `
set -eu
dir=/tmp/homerange-dhcp
umask 077
mkdir -p "$dir"
if busybox udhcpd --help 2>&1 | grep -q '^Usage: udhcpd'; then server="busybox udhcpd"
elif busybox-extras udhcpd --help 2>&1 | grep -q '^Usage: udhcpd'; then server="busybox-extras udhcpd"
else exit 69; fi
own=$(readlink /proc/self/ns/net)
# Not by /sys: it shows the namespace that it was mounted in.
while [ $# -ge 8 ]; do
  port=$1 bridge=$2 mac=$3 ip=$4 mask=$5 gateway=$6 dns=$7 name=$8
  shift 8
  conf=$dir/$port
  {
    echo "start $ip"; echo "end $ip"; echo "interface eth0"; echo "max_leases 1"; echo "auto_time 0"
    echo "lease_file $conf.leases"; echo "pidfile $conf.pid"
    echo "static_lease $mac $ip"; echo "option subnet $mask"; echo "option lease 315360000"
    [ "$name" = - ] || echo "option hostname $name"
    [ "$gateway" = - ] || echo "option router $gateway"
    [ "$dns" = - ] || echo "option dns $dns"
  } >"$conf.new"
  present() { ip link show dev "$port" >/dev/null 2>&1; }
  if present && cmp -s "$conf.new" "$conf.conf"; then continue; fi
  ! present || ip link delete dev "$port"
  [ ! -s "$conf.pid" ] || kill "$(cat "$conf.pid")" 2>/dev/null || true
  mv "$conf.new" "$conf.conf"
  : >"$conf.leases"
  setsid unshare -n sh -c '
    n=0
    until ip -o link show dev eth0 up 2>/dev/null | grep -q LOWER_UP; do
      n=$((n + 1)); [ $n -lt 200 ] || exit 1; sleep 0.05
    done
    server=$1; shift
    exec $server -f "$@"' sh "$server" "$conf.conf" </dev/null >/dev/null 2>&1 &
  pid=$! n=0
  while [ "$(readlink "/proc/$pid/ns/net" 2>/dev/null || echo "$own")" = "$own" ]; do
    n=$((n + 1)); [ $n -lt 200 ] || { echo "the server for $port did not start" >&2; exit 70; }
    sleep 0.05
  done
  ip link add "$port" type veth peer name eth0 netns "$pid"
  echo 1 >"/proc/sys/net/ipv6/conf/$port/disable_ipv6" 2>/dev/null || true
  ip link set dev "$port" master "$bridge"
  ip link set dev "$port" up
  nsenter -t "$pid" -n ip addr add 169.254.67.67/32 dev eth0
  nsenter -t "$pid" -n ip link set dev eth0 up
done`;

const noServer = 69;

/**
 * Serves these addresses in the range. Idempotent: a card that is served as it should be is left alone. False when
 * the range's engine image has no DHCP server: then a guest has its address from its seed only.
 */
export async function serveAddresses(
	host: DockerEngine,
	dind: Pick<Dind, "container" | "enterNetns">,
	reservations: readonly Reservation[],
	signal?: AbortSignal,
): Promise<boolean> {
	if (reservations.length === 0) return true;
	const values = reservations.flatMap(({ port, bridge, mac, ip, mask, gateway, nameServer, hostname }) => [
		port,
		bridge,
		mac,
		ip,
		mask,
		gateway ?? "-",
		nameServer ?? "-",
		hostname,
	]);
	const command = dind.enterNetns(["sh", "-c", script, "homerange-dhcp", ...values]);
	const { exitCode, stderr } = await runExec(host, dind.container, { command, limitMs: 60_000 }, signal);
	if (exitCode === 0) return true;
	if (exitCode === noServer) return false;
	throw new HomerangeError("ENGINE_REFUSED", "The VM's address could not be reserved in its range.", {
		place: dind.container,
		detail: stderr.trim().slice(0, 2000),
	});
}

/** Ends the servers behind these ports. */
export async function stopServing(
	host: DockerEngine,
	dind: Pick<Dind, "container" | "enterNetns">,
	ports: readonly string[],
	signal?: AbortSignal,
): Promise<void> {
	const stopScript = `
for port in "$@"; do
  ip link delete dev "$port" 2>/dev/null
  file=/tmp/homerange-dhcp/$port
  [ ! -s "$file.pid" ] || kill "$(cat "$file.pid")" 2>/dev/null
  rm -f "$file.pid" "$file.conf" "$file.leases" "$file.new"
done
true`;
	const command = dind.enterNetns(["sh", "-c", stopScript, "homerange-dhcp", ...ports]);
	await runExec(host, dind.container, { command, limitMs: 30_000 }, signal);
}
