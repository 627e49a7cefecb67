"""Hand-made packets for attacks on the filter, and a sniffer that says which of them arrived.

  packets.py sniff                       appends to /tmp/seen each tag that arrives, after a first line "ready"
  packets.py send KIND,TAG,DESTINATION[,SOURCE[,MAC]] ...
  packets.py stream ADDRESS PORT         one connection that sends numbered lines until it is killed

Every packet carries "HRPROBE-<tag>." in its payload.
"""
import re
import socket
import struct
import sys
import time


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(source, destination, protocol, payload, ident=0, fragment=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(source, destination, port, payload):
    length = 8 + len(payload)
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination) + struct.pack("!BBH", 0, 17, length)
    head = struct.pack("!HHHH", 40000, port, length, 0)
    return head[:6] + struct.pack("!H", checksum(pseudo + head + payload)) + payload


def tcp(source, destination, port, payload):
    head = struct.pack("!HHLLBBHHH", 40000, port, 1, 0, 0x50, 0x02, 1024, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(destination)
    pseudo += struct.pack("!BBH", 0, 6, len(head) + len(payload))
    return head[:16] + struct.pack("!H", checksum(pseudo + head + payload)) + head[18:] + payload


def icmp(payload):
    head = struct.pack("!BBHHH", 8, 0, 0, 7, 1)
    return head[:2] + struct.pack("!H", checksum(head + payload)) + head[4:] + payload


def ip6(source, destination, payload):
    return struct.pack("!LHBB16s16s", 0x60000000, len(payload), 253, 64,
                       socket.inet_pton(socket.AF_INET6, source), socket.inet_pton(socket.AF_INET6, destination)) + payload


def own_address():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.connect(("192.0.2.1", 9))  # sends nothing: only asks for the route
    return probe.getsockname()[0]


def own_mac():
    with open("/sys/class/net/eth0/address") as file:
        return bytes.fromhex(file.read().strip().replace(":", ""))


def frames(kind, source, destination, payload):
    """The IPv4 packets of one probe."""
    if kind == "udp":
        return [ip4(source, destination, 17, udp(source, destination, 9999, payload))]
    if kind == "tcp80":
        return [ip4(source, destination, 6, tcp(source, destination, 80, payload))]
    if kind == "tcp":
        return [ip4(source, destination, 6, tcp(source, destination, 9999, payload))]
    if kind == "icmp":
        return [ip4(source, destination, 1, icmp(payload))]
    if kind.startswith("proto"):
        return [ip4(source, destination, int(kind[5:]), payload)]
    if kind == "fragments":
        whole = udp(source, destination, 9999, payload.ljust(120, b"."))
        return [ip4(source, destination, 17, whole[:64], 77, 0x2000), ip4(source, destination, 17, whole[64:], 77, 8)]
    raise SystemExit("unknown kind " + kind)


def send(probes):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(("eth0", 0))
    for probe in probes:
        kind, tag, destination, source, mac = (probe.split(",") + ["", ""])[:5]
        payload = b"HRPROBE-" + tag.encode() + b"."
        if kind == "ip6":
            link.send(bytes.fromhex(mac.replace(":", "")) + own_mac() + b"\x86\xdd" + ip6(source, destination, payload))
            continue
        for packet in frames(kind, source or own_address(), destination, payload):
            if mac:
                link.send(bytes.fromhex(mac.replace(":", "")) + own_mac() + b"\x08\x00" + packet)
            else:
                raw.sendto(packet, (destination, 0))


def sniff():
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    with open("/tmp/seen", "a", buffering=1) as seen:
        seen.write("ready\n")
        while True:
            data, origin = link.recvfrom(65535)
            if origin[2] == socket.PACKET_OUTGOING:
                continue
            for tag in re.findall(rb"HRPROBE-([A-Za-z0-9-]+)\.", data):
                seen.write(tag.decode() + "\n")


def stream(address, port):
    """Sends numbered lines over one connection for ever; notes in /tmp/sent how many were sent."""
    flow = socket.create_connection((address, int(port)), 3)
    flow.setblocking(False)
    count = 0
    while True:
        count += 1
        try:
            flow.send(b"%d\n" % count)
        except BlockingIOError:
            pass
        with open("/tmp/sent", "w") as sent:
            sent.write(str(count))
        time.sleep(0.02)


if sys.argv[1] == "sniff":
    sniff()
elif sys.argv[1] == "stream":
    stream(*sys.argv[2:])
else:
    send(sys.argv[2:])
