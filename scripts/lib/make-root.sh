#!/bin/sh
# make-root.sh SUITE PACKAGES ARCHIVE [UNWANTED...]: a small Debian root, by debootstrap, as a tar file.
# UNWANTED are paths (patterns too) that are left out.
# Started in a mount namespace of its own (unshare --mount), so that the /proc and /sys that debootstrap mounts go
# away with it, however it ends.
set -eu

suite=$1
packages=$2
archive=$3
shift 3

work=$(mktemp -d "$(dirname "$archive")/root-XXXXXX")
trap 'umount --recursive "$work" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
# In memory when there is plenty: dpkg's fsync after every file is what takes the time on a disk.
free=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
[ "$free" -lt 6000000 ] || mount -t tmpfs -o size=3g,mode=755 none "$work"
root=$work/root
mkdir "$root"

# A Debian newer than this machine's debootstrap is built by the script of the rolling suite.
script=/usr/share/debootstrap/scripts/$suite
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$root" "" "$script"

# debootstrap leaves its mounts to the end of this namespace; the archive must not contain them.
for mount in "$root/proc" "$root/sys" "$root/dev"; do umount --recursive "$mount" 2>/dev/null || true; done
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*.log "$root"/var/cache/debconf/*-old \
  "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/usr/share/info/* \
  "$root"/usr/share/lintian "$root"/usr/share/bash-completion
# As in Debian's own slim images: later apt-get runs leave documentation out, and do not fsync every file of an image
# that is thrown away when its build fails.
{
  echo force-unsafe-io
  printf 'path-exclude /usr/share/%s/*\n' doc man locale info
} > "$root/etc/dpkg/dpkg.cfg.d/docker"
echo 'Acquire::Languages "none";' > "$root/etc/apt/apt.conf.d/docker"
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
for unwanted in "$@"; do rm -rf "$root"/$unwanted; done # unquoted: the pattern is meant to expand
tar --one-file-system --exclude='./dev/*' --sort=name --numeric-owner -C "$root" -cf "$archive" .
