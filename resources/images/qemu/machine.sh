#!/bin/sh
# Runs the guest until it switches itself off, or until the container is asked to stop: then its power button is
# pressed. What the guest says on its serial line is the container's log; homerange-serial is the line itself.
#
# RAM_SIZE   memory, a number of bytes or with K, M or G (512M)
# CPU_CORES  processors (1)
# DISK_SIZE  the disk is made this large when it is first used, if it is smaller
# GUEST      linux: virtio devices; windows: a SATA disk, an e1000e card and a clock in local time
# FIRMWARE   bios or uefi
# DNS        name servers to tell the guest, separated by spaces
set -eu
. /usr/local/lib/homerange/network.sh

fail() {
  echo "homerange-machine: $*" >&2
  exit 64
}

[ $# -eq 0 ] || fail "a virtual machine takes no command: it boots from its disk"
check_size() {
  case $2 in
    *[!0-9KMG]* | '' | [!1-9]* | *[KMG]?*) fail "$1 must be a size such as 512M" ;;
  esac
}
ram=${RAM_SIZE:-512M} cores=${CPU_CORES:-1} guest=${GUEST:-linux} firmware=${FIRMWARE:-bios}
check_size RAM_SIZE "$ram"
[ -z "${DISK_SIZE:-}" ] || check_size DISK_SIZE "$DISK_SIZE"
case $cores in *[!0-9]* | '' | 0*) fail "CPU_CORES must be a whole number" ;; esac
case ${DNS:-} in *[!0-9.\ ]*) fail "DNS must be addresses" ;; esac
name_servers=${DNS:-}

# Bytes of a size.
bytes() {
  case $1 in
    *K) echo $((${1%K} * 1024)) ;;
    *M) echo $((${1%M} * 1048576)) ;;
    *G) echo $((${1%G} * 1073741824)) ;;
    *) echo "$1" ;;
  esac
}

# Sets $disk to a new layer over this one.
make_disk() {
  number=${1##*/} number=${number%%-*}
  case $1 in
    */base.qcow2 | */base.raw | */base.vmdk | */base.vdi) number=0000 ;;
    */[0-9]*) ;;
    *) fail "this image has no disk: it must be /disk/base.qcow2, .raw, .vmdk or .vdi" ;;
  esac
  # The 1 in front keeps a number with leading zeros from being octal.
  disk=/disk/$(printf %04d $((1$number - 9999)))-$self.qcow2
  qemu-img create -q -f qcow2 -F "${1##*.}" -b "$1" "$disk.new"
  if [ -n "${DISK_SIZE:-}" ]; then
    now=$(qemu-img info --output json "$disk.new" | sed -n 's/.*"virtual-size": \([0-9]*\).*/\1/p' | head -n 1)
    wanted=$(bytes "$DISK_SIZE")
    [ "$wanted" -le "$now" ] || qemu-img resize -q -f qcow2 "$disk.new" "$wanted"
  fi
  mv "$disk.new" "$disk"
}

# The disk of this container is a layer over the newest one in the image: the template's base, or a snapshot's disk.
# Copies of a machine share what lies below, and what is below is never written.
self=$(sed -n 's|.*/containers/\([0-9a-f]\{12\}\)[0-9a-f]*/hostname .*|\1|p' /proc/self/mountinfo | head -n 1)
self=${self:-000000000000}
newest=$(find /disk -maxdepth 1 -name '[0-9][0-9][0-9][0-9]-*.qcow2' | sort | tail -n 1)
base=$(find /disk -maxdepth 1 -name 'base.*' | head -n 1)
case $newest in
  *-"$self".qcow2) disk=$newest ;;
  *) make_disk "${newest:-$base}" ;;
esac

# KVM when it can be used; the device may be there and refuse.
accel=kvm:tcg cpu=max
if ! [ -w /dev/kvm ] || ! echo quit | qemu-system-x86_64 -accel kvm -machine none -display none -monitor stdio >/dev/null 2>&1; then
  accel=tcg
  echo "homerange-machine: warning: /dev/kvm cannot be used here, so the guest is emulated and slow" >&2
fi

case $guest in
  linux) nic_model=virtio-net-pci machine=pc ;;
  windows) nic_model=e1000e machine=q35 ;;
  *) fail "GUEST must be linux or windows" ;;
esac

net_args=
at=0
for path in /sys/class/net/eth*; do
  [ -e "$path" ] || continue
  hand_over "${path##*/}" "$at" "$(hostname)"
  at=$((at + 1))
done

set -- -name "guest=$(hostname)" -machine "$machine,accel=$accel" -cpu "$cpu" -m "$(($(bytes "$ram") / 1048576))M" -smp "$cores" -nodefaults
set -- "$@" -vga std -vnc 0.0.0.0:0 -monitor unix:/run/monitor,server=on,wait=off
set -- "$@" -chardev socket,path=/run/serial,server=on,wait=off,logfile=/dev/stdout,id=serial -serial chardev:serial
set -- "$@" -device qemu-xhci -device usb-tablet -device virtio-rng-pci
set -- "$@" -device virtio-serial-pci -chardev socket,path=/run/agent,server=on,wait=off,id=agent
set -- "$@" -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0
case $guest in
  linux)
    set -- "$@" -drive "file=$disk,format=qcow2,if=none,id=disk,discard=unmap" -device virtio-blk-pci,drive=disk,bootindex=1
    ;;
  windows)
    set -- "$@" -drive "file=$disk,format=qcow2,if=none,id=disk,discard=unmap" -device ide-hd,drive=disk,bootindex=1
    set -- "$@" -rtc base=localtime
    ;;
esac
if [ -e /seed/seed.iso ]; then
  set -- "$@" -drive file=/seed/seed.iso,format=raw,if=none,id=seed,readonly=on -device ide-cd,drive=seed
fi
case $firmware in
  bios) ;;
  uefi)
    [ -e /disk/firmware.fd ] || cp /usr/share/OVMF/OVMF_VARS_4M.fd /disk/firmware.fd
    set -- "$@" -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
    set -- "$@" -drive if=pflash,format=raw,file=/disk/firmware.fd
    ;;
  *) fail "FIRMWARE must be bios or uefi" ;;
esac
IFS='
'
set -f
# shellcheck disable=SC2086 # one argument a line, made above
set -- "$@" $net_args
unset IFS
set +f

qemu-system-x86_64 "$@" </dev/null &
qemu=$!
trap 'echo system_powerdown | socat - UNIX-CONNECT:/run/monitor >/dev/null 2>&1 || kill "$qemu"' TERM INT
# wait returns early for a signal; the guest is then still on its way down.
while kill -0 "$qemu" 2>/dev/null; do
  code=0
  wait "$qemu" || code=$?
done
exit "$code"
