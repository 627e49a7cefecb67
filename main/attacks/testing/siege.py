"""Runs in a machine from its first moment on: sends probes to every given address without a pause, and counts
the probes that arrive.

  siege.py [ADDRESS ...]

A probe carries "HRPROBE-<tag>." in its payload; those that are sent here have the tag "flood". /tmp/seen/<tag> holds
how many of a tag have arrived since this process began; a tag that never arrived has no file.
"""
import os
import re
import select
import socket
import sys

SEEN = "/tmp/seen"
PAUSE = 0.02

os.makedirs(SEEN, exist_ok=True)
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
counts = {}


def note(data):
    for tag in re.findall(rb"HRPROBE-([A-Za-z0-9-]+)\.", data):
        name = tag.decode()
        counts[name] = counts.get(name, 0) + 1
        # Written beside and renamed, so that a reader never sees half of it.
        with open("/tmp/.count", "w") as file:
            file.write(str(counts[name]))
        os.rename("/tmp/.count", os.path.join(SEEN, name))


while True:
    for address in sys.argv[1:]:
        try:
            out.sendto(b"HRPROBE-flood.", (address, 9999))
        except OSError:
            pass  # no route, or refused: the next round tries again
    while select.select([link], [], [], PAUSE)[0]:
        data, origin = link.recvfrom(65535)
        if origin[2] != socket.PACKET_OUTGOING:
            note(data)
