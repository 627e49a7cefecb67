import { resolverToken } from "./compile-rules.ts";
import { outChain } from "./rule-parts.ts";

/** Old kernels have no nf_tables: take the commands that the kernel answers, as the engine's entrypoints do. */
export const chooseTables = `
iptables -nL >/dev/null 2>&1 || PATH=/usr/local/sbin/.iptables-legacy:$PATH
export PATH XTABLES_LOCKFILE=/tmp/homerange-xtables.lock
ipv6=no; [ -d /proc/sys/net/ipv6 ] && ipv6=yes
`;

/**
 * Answers of a machine on several networks come by its default route, whatever their source. A host whose kernel
 * is set to the strict check of sources would drop them before any rule; the rules check sources themselves.
 */
const looseSources = `
for f in /proc/sys/net/ipv4/conf/*/rp_filter; do
  read -r mode <"$f" || continue
  [ "$mode" != 1 ] || echo 2 >"$f" || true
done
`;

/**
 * Where br_netfilter is loaded, frames between two machines of one bridge pass the rules for routed packets too, and
 * its connection tracking: a packet that a router machine sends back would keep what was decided for the frame, and
 * leave without translation. The setting is the network namespace's own (since Linux 5.3, before which a namespace
 * other than the host's does not show it).
 */
const plainBridges = `
for f in /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/bridge/bridge-nf-call-ip6tables; do
  [ ! -e "$f" ] || echo 0 >"$f" || true
done
`;

/** Only the chains of the nat table may be missing. What cannot be read at all is an error, never other rules. */
const fingerprint = `
v4rules=$(iptables -S) || exit 75
v6rules=; [ $ipv6 = no ] || v6rules=$(ip6tables -S) || exit 75
natrules=$({
  iptables -t nat -S PREROUTING; iptables -t nat -S ${outChain}; iptables -t nat -S POSTROUTING | grep ${outChain}
} 2>/dev/null) || true
sum=$(printf '%s\\n' "$v4rules" "$natrules" "$v6rules" | sha256sum)
echo "fingerprint \${sum%% *}"
`;

export const fingerprintScript = `${chooseTables}${fingerprint}`;

/**
 * Arguments: profile, outer interface, the interfaces by which questions for names come in. Input: the IPv4 rules, a line "#v6",
 * the IPv6 rules.
 *
 * The resolver of the container is one of two. On a user-defined network it is the outer engine's own, a socket at
 * 127.0.0.11 on a port that differs at every start; machines' questions are redirected to it, which needs
 * route_localnet on their bridge (what else they send to 127.0.0.0/8 there meets the INPUT policy). Under
 * rootlesskit it is slirp4netns' own resolver, the third address of its network.
 */
export const applyScript = `
set -eu
profile=$1 outer=$2; shift 2
${chooseTables}${looseSources}${plainBridges}
all=$(cat)
v4=\${all%%#v6*}
v6=\${all#*#v6}

udp= tcp=
case $v4 in *${resolverToken.udp}*)
  if [ "$profile" = unprivileged ]; then
    address=$(ip -4 -o addr show dev "$outer" | sed -n 's/.* inet \\([0-9.]*\\)\\.[0-9]*\\/.*/\\1.3/p' | head -n 1)
    [ -z "$address" ] || { udp=$address:53; tcp=$udp; }
  else
    address=$(sed -n 's/^nameserver[[:space:]]*\\([0-9.]*\\)[[:space:]]*$/\\1/p' /etc/resolv.conf | head -n 1)
    if [ "$address" = 127.0.0.11 ]; then
      port=$(sed -n 's/^ *[0-9]*: 0B00007F:\\([0-9A-F]*\\) .*/\\1/p' /proc/net/udp | head -n 1)
      [ -z "$port" ] || udp=127.0.0.11:$(printf %d "0x$port")
      port=$(sed -n 's/^ *[0-9]*: 0B00007F:\\([0-9A-F]*\\) 00000000:0000 0A .*/\\1/p' /proc/net/tcp | head -n 1)
      [ -z "$port" ] || tcp=127.0.0.11:$(printf %d "0x$port")
      echo 1 >/proc/sys/net/ipv4/conf/default/route_localnet
      for bridge; do
        f=/proc/sys/net/ipv4/conf/$bridge/route_localnet
        [ ! -e "$f" ] || echo 1 >"$f"
      done
    elif [ -n "$address" ]; then
      udp=$address:53; tcp=$udp
    fi
  fi
esac
# A resolver that was not found leaves no rule: names then do not resolve, and nothing else changes.
printf '%s\\n' "$v4" | sed -e "\${udp:+s/${resolverToken.udp}/$udp/;}/${resolverToken.udp}/d" -e "\${tcp:+s/${resolverToken.tcp}/$tcp/;}/${resolverToken.tcp}/d" |
  iptables-restore -w 10 -n
iptables -w 10 -t nat -C POSTROUTING -j ${outChain} 2>/dev/null || iptables -w 10 -t nat -A POSTROUTING -j ${outChain}
if [ $ipv6 = yes ]; then
  printf '%s\\n' "$v6" | ip6tables-restore -w 10 -n
fi
[ -z "$udp" ] || echo "resolver $udp"
${fingerprint}`;

/** For the network namespace of a router machine. Input: the IPv4 rules, a line "#v6", the IPv6 rules. */
export const routerApplyScript = `
set -eu
${chooseTables}${looseSources}
all=$(cat)
v4=\${all%%#v6*}
v6=\${all#*#v6}
printf '%s\\n' "$v4" | iptables-restore -w 10 -n
if [ $ipv6 = yes ]; then
  printf '%s\\n' "$v6" | ip6tables-restore -w 10 -n
fi
${fingerprint}`;

/**
 * Prints something whenever the rules of its network namespace change, and once soon after it began: what changed
 * before it listened is not told by the kernel again.
 */
export const watchScript = `${chooseTables}
if iptables -V | grep -q nf_tables && nft -v >/dev/null 2>&1; then
  (sleep 1; echo listening) &
  exec nft monitor
fi
look() ( ${fingerprint} )
last=$(look)
echo listening
while sleep 5; do
  now=$(look)
  [ "$now" = "$last" ] || echo changed
  last=$now
done`;
