# Sourced by homerange-machine. Gives every address of the container to the guest.
#
# Each card ethN becomes a port of a bridge together with a tap, and the guest's card has ethN's own MAC. The guest's
# address comes from a DHCP server of its own, behind a third port. The card's port and the server's are isolated from
# each other: the guest talks to both, and no other machine of the network ever reaches the server.
#
# The addresses stay on lo, so that from inside the container they mean this machine's VNC server. The bridges answer no
# ARP and have no route, so from outside they are the guest's alone.

random_mac() {
  od -An -N5 -tx1 /dev/urandom | tr -d ' \n' | sed 's/../:&/g; s/^/0a/'
}

# Prints "a.b.c.d" for a prefix length.
netmask() {
  left=$1 mask=
  for _ in 1 2 3 4; do
    bits=$left
    [ "$bits" -le 8 ] || bits=8
    [ "$bits" -ge 0 ] || bits=0
    mask=$mask.$((256 - (1 << (8 - bits))))
    left=$((left - 8))
  done
  echo "${mask#.}"
}

# Hands the card over, and appends the guest's half to the arguments in $net_args, one a line.
hand_over() {
  card=$1 at=$2 hostname=$3
  mac=$(cat "/sys/class/net/$card/address")
  address=$(ip -4 -o address show dev "$card" | awk '{ print $4; exit }')
  gateway=$(ip -4 route show default dev "$card" | awk '{ print $3; exit }')
  mtu=$(cat "/sys/class/net/$card/mtu")
  ip=${address%/*}

  ip link set dev "$card" down
  ip address flush dev "$card"
  ip link set dev "$card" address "$(random_mac)"
  ip link add "bridge$at" type bridge
  ip link set dev "bridge$at" mtu "$mtu" arp off addrgenmode none
  ip tuntap add dev "tap$at" mode tap
  ip link add "server$at" type veth peer name "port$at"
  for port in "$card" "tap$at" "port$at"; do
    ip link set dev "$port" mtu "$mtu" addrgenmode none master "bridge$at"
  done
  ip link set dev "$card" type bridge_slave isolated on
  ip link set dev "port$at" type bridge_slave isolated on
  for port in "$card" "tap$at" "port$at" "server$at" "bridge$at"; do ip link set dev "$port" up; done

  if [ -n "$address" ]; then
    ip address add "$ip/32" dev lo
    ip address add 169.254.67.67/32 dev "server$at"
    serve "$at" "$mac" "$ip" "$(netmask "${address#*/}")" "$gateway" "$hostname"
  fi
  net_args="$net_args
-netdev
tap,id=net$at,ifname=tap$at,script=no,downscript=no
-device
$nic_model,netdev=net$at,mac=$mac,romfile=,addr=0x$(printf %x $((16 + at)))"
}

# One server for each card: busybox's knows one interface.
serve() {
  conf=/run/dhcp$1.conf
  {
    echo "interface server$1"
    echo "start $3"
    echo "end $3"
    echo "static_lease $2 $3"
    echo "option subnet $4"
    echo "option lease 315360000"
    echo "option mtu $mtu"
    [ -z "$5" ] || echo "option router $5"
    [ -z "$5" ] || [ -z "$name_servers" ] || echo "option dns $name_servers"
    echo "option hostname $6"
    echo "max_leases 1"
    echo "auto_time 0"
    echo "lease_file /run/dhcp$1.leases"
    echo "pidfile /run/dhcp$1.pid"
  } >"$conf"
  : >"/run/dhcp$1.leases"
  busybox udhcpd -f -S "$conf" >/dev/null 2>&1 &
}
