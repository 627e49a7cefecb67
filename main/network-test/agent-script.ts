/**
 * Runs in a machine's network namespace with the tools of the range's container, so that it does not matter what
 * the machine's image holds. Reads orders from stdin, "ID VERB PROTOCOL ADDRESS PORT PACKET ANSWER", does them side
 * by side, and answers each with "ID yes" or "ID no". The end of stdin ends it and everything that it started.
 *
 * An echo is sent as a raw packet where there is no ping: PACKET are its octets for printf, ANSWER is what must come
 * back, in hex. Answers are waited for a bounded time, because a busy peer never falls silent. A listener is first
 * asked whether it is there already; then it is the machine's own that is probed.
 */
export const agentScript = `
have() { command -v "$1" >/dev/null 2>&1; }
limit="timeout --foreground"
$limit 1 true 2>/dev/null || limit=timeout
reach() {
  case $1 in
  tcp) if have socat; then socat -u OPEN:/dev/null "TCP4:$2:$3,connect-timeout=1"; else nc -z -w 1 "$2" "$3"; fi ;;
  udp)
    if have socat; then said=$(printf homerange | $limit 2 socat -t 1 - "UDP4:$2:$3" | head -c 64)
    else said=$(printf homerange | $limit 2 nc -u -w 1 "$2" "$3" | head -c 64); fi
    [ "$said" = homerange ] ;;
  icmp)
    if have ping; then ping -c 1 -W 1 "$2"
    else printf "$4" | $limit 2 socat -t 1 - "IP4-SENDTO:$2:1" | head -c 65536 | od -An -v -tx1 | tr -d ' \\n' | grep -q "$5"; fi ;;
  *) return 1 ;;
  esac >/dev/null 2>&1
}
open() {
  case $1 in
  tcp) if have socat; then exec socat -u "TCP4-LISTEN:$3,bind=$2,fork,reuseaddr,backlog=64" OPEN:/dev/null
       else exec nc -ll -s "$2" -p "$3" -e true; fi ;;
  udp) if have socat; then exec socat -T 2 "UDP4-LISTEN:$3,bind=$2,fork,reuseaddr" PIPE
       else exec nc -u -ll -s "$2" -p "$3" -e cat; fi ;;
  esac
}
listen() {
  reach "$@" && return 0
  [ "$1" = icmp ] && return 1
  ( open "$@" ) </dev/null >/dev/null 2>&1 &
  tries=0
  while [ $tries -lt 20 ]; do
    reach "$@" && return 0
    tries=$((tries + 1))
    sleep 0.1
  done
  return 1
}
while read -r id verb protocol address port packet answer; do
  case $verb in reach|listen) ;; *) continue ;; esac
  ( if $verb "$protocol" "$address" "$port" "$packet" "$answer"; then echo "$id yes"; else echo "$id no"; fi ) &
done
kill -KILL 0
`;
