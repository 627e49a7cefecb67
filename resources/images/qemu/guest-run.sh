#!/bin/sh
# homerange-guest-run BASE64: runs a shell script, given in base64, in the guest by its agent. Prints what it printed and
# ends with its exit code; 69 when no agent answers, 75 when it does not end.
set -eu
case $1 in *[!A-Za-z0-9+/=]* | '') exit 64 ;; esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/questions"
# The agent speaks to one at a time; whoever comes second waits.
exec 9>/run/agent.lock
flock 9
socat - UNIX-CONNECT:/run/agent <"$work/questions" >"$work/answers" 2>/dev/null 9>&- &
relay=$!
exec 4>"$work/questions"
id=$$

# Asks one question, and prints the answer's line. A connection may begin with answers to somebody before: only what
# follows the answer with our own number counts.
ask() {
  id=$((id + 1))
  printf '\377{"execute":"guest-sync-delimited","arguments":{"id":%s}}\n%s\n' "$id" "$1" >&4
  for _ in $(seq 100); do
    answer=$(tr '\377' '\n' <"$work/answers" | sed -n "/^{\"return\": $id}\$/{n;p;q;}")
    [ -z "$answer" ] || break
    sleep 0.1
  done
  printf %s "$answer"
}

field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([A-Za-z0-9+/=-]*\).*/\1/p"; }

finish() {
  exec 4>&-
  kill "$relay" 2>/dev/null || true
  exit "$1"
}

started=$(ask "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/sh\",\"input-data\":\"$1\",\"capture-output\":true}}")
pid=$(printf %s "$started" | field pid)
if [ -z "$pid" ]; then
  echo "the guest agent does not answer" >&2
  finish 69
fi
for wait in $(seq 600); do
  # In the command substitution the number would not be kept.
  id=$((id + wait))
  state=$(ask "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":$pid}}")
  case $state in
    *'"exited": true'*)
      printf %s "$state" | field out-data | base64 -d
      printf %s "$state" | field err-data | base64 -d >&2
      code=$(printf %s "$state" | field exitcode)
      finish "${code:-1}"
      ;;
  esac
  sleep 0.2
done
echo "it did not end" >&2
finish 75
