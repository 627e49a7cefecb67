#!/bin/sh
# Starts the inner Docker Engine of a range. The first argument is the isolation profile:
#   privileged     dockerd as root of a privileged container
#   unprivileged   dockerd under rootlesskit as uid 1000 of a container without any added privilege
# Further arguments go to dockerd. The engine listens on a unix socket only: a TCP port would be
# reachable from the range's own machines through their gateway.
set -eu

user=homerange
uid=1000
runtime=/run/user/$uid
data=/var/lib/docker

die() {
  echo "homerange-dind: $*" >&2
  exit 64
}

# A killed engine leaves its pid files behind, and the next one would refuse to start because of them.
remove_stale_pids() {
  find /run /var/run "$runtime" -xdev -iname 'docker*.pid' -delete 2>/dev/null || true
  rm -f /run/containerd/containerd.pid /run/docker/containerd/containerd.pid "$runtime/docker/containerd/containerd.pid"
}

# Hosts without nf_tables still have the older xtables: choose the commands that the kernel answers.
choose_iptables() {
  iptables -nL >/dev/null 2>&1 && return
  if [ -d /usr/local/sbin/.iptables-legacy ]; then
    PATH=/usr/local/sbin/.iptables-legacy:$PATH
    export PATH
  fi
}

# Docker sets the policy only when it switches ip_forward on itself, and a namespace whose host already
# forwards inherits the switch. Without this the range would forward whatever it is sent until rules exist.
close_forwarding() {
  iptables -w 10 -P FORWARD DROP
  ip6tables -w 10 -P FORWARD DROP || echo "homerange-dind: no IPv6 filter in this kernel" >&2
}

# cgroup v2 forbids processes in a group that hands controllers on. The loop is needed because a
# `docker exec` that arrives meanwhile adds a process to the root group (the same as moby's hack/dind).
nest_cgroups() {
  [ -f /sys/fs/cgroup/cgroup.controllers ] || return 0
  mkdir -p /sys/fs/cgroup/init
  until
    xargs -rn1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || true
    sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
  do true; done
}

engine() {
  exec dockerd --config-file /etc/homerange/daemon.json --storage-driver overlay2 --bridge none "$@"
}

start_privileged() {
  export container=docker # tells the engine's AppArmor detection that it runs in a container
  if [ -d /sys/kernel/security ] && ! mountpoint -q /sys/kernel/security; then
    mount -t securityfs none /sys/kernel/security || echo "homerange-dind: no securityfs, AppArmor detection may fail" >&2
  fi
  nest_cgroups
  mount --make-rshared /
  choose_iptables
  close_forwarding
  engine -H unix:///var/run/docker.sock "$@"
}

# The container's root only prepares folders. The id map is written by newuidmap and newgidmap, whose file
# capabilities need exactly these two in the bounding set; a new user namespace starts with a full set of its own.
start_unprivileged() {
  mkdir -p "$runtime" "$data"
  chown "$uid:$uid" "$runtime" "$data"
  chmod 700 "$runtime"
  rm -rf "$runtime/dockerd-rootless"
  ln -sfn "$runtime/docker.sock" /var/run/docker.sock
  [ -c /dev/net/tun ] || die "the unprivileged profile needs --device /dev/net/tun"
  chown "$uid:$uid" /dev/net/tun # this container's own node; the host's may be closed to others
  exec setpriv --reuid "$uid" --regid "$uid" --clear-groups \
    --bounding-set=-all,+setuid,+setgid --inh-caps=-all \
    env HOME="/home/$user" USER="$user" XDG_RUNTIME_DIR="$runtime" \
    rootlesskit --state-dir="$runtime/dockerd-rootless" \
    --net=slirp4netns --mtu=65520 --cidr="${HOMERANGE_ROOTLESS_CIDR:-198.18.255.0/24}" \
    --slirp4netns-sandbox=auto --slirp4netns-seccomp=auto --disable-host-loopback \
    --port-driver=none --copy-up=/etc --copy-up=/run --propagation=rslave \
    "$0" rootless-child "$@"
}

# Runs as root of rootlesskit's user namespace. The folders below are links to ones of the real root.
start_rootless_child() {
  rm -f /run/docker /run/containerd /run/xtables.lock
  choose_iptables
  close_forwarding
  engine -H "unix://$XDG_RUNTIME_DIR/docker.sock" --data-root "$data" --exec-root "$XDG_RUNTIME_DIR/docker" \
    --pidfile "$XDG_RUNTIME_DIR/docker.pid" "$@"
}

profile=${1:-}
[ $# -eq 0 ] || shift
case $profile in
  privileged)
    remove_stale_pids
    start_privileged "$@"
    ;;
  unprivileged)
    remove_stale_pids
    start_unprivileged "$@"
    ;;
  rootless-child) start_rootless_child "$@" ;;
  *) die "the first argument must be privileged or unprivileged, not '$profile'" ;;
esac
