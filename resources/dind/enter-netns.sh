#!/bin/sh
# Runs a command inside the network namespace that holds the range's bridges, in either isolation profile.
# Privileged: that is the container's own. Unprivileged: it belongs to rootlesskit, whose namespaces may be
# entered only by the user who made them.
set -eu

uid=1000
child=/run/user/$uid/dockerd-rootless/child_pid

if [ $# -eq 0 ]; then
  echo "usage: homerange-netns COMMAND [ARGUMENT...]" >&2
  exit 64
fi
[ -r "$child" ] || exec "$@"
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups \
  nsenter --user --preserve-credentials --net --target "$(cat "$child")" "$@"
