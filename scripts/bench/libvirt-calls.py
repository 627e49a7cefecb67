"""The calls of the libvirt bench with libvirt's own C library. Prints milliseconds as JSON: libvirt-calls.py URI REPEATS"""
import json
import sys
import time

import libvirt

uri, repeats = sys.argv[1], int(sys.argv[2])
connection = libvirt.open(uri)
domains = connection.listAllDomains()


def timed(work):
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) * 1000 / repeats


print(
    json.dumps(
        {
            "list": timed(lambda: connection.listAllDomains()),
            "xml": timed(lambda: [domain.XMLDesc() for domain in domains]),
            "info": timed(lambda: [domain.info() for domain in domains]),
            "stats": timed(lambda: connection.getAllDomainStats()),
        }
    )
)
