import { expect, test } from "vitest";
import { parseHostFacts } from "./host-facts.ts";

const text = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0100A8C0	0003	0	0	600	00000000	0	0	0
wlan0	0000A8C0	00000000	0001	0	0	600	00FFFFFF	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
tun0	0107080A	00000000	0005	0	0	0	FFFFFFFF	0	0	0

# made by hand
nameserver 127.0.0.53
nameserver 192.168.0.1
nameserver fe80::1%wlan0
search lan
`;

test("reads the host's routes without its default route, and its name servers without loopback", () => {
	expect(parseHostFacts(text)).toEqual({
		routes: ["192.168.0.0/24", "172.17.0.0/16", "10.8.7.1/32"],
		resolvers: ["192.168.0.1"],
	});
});

test("finds nothing in nothing", () => {
	expect(parseHostFacts("")).toEqual({ routes: [], resolvers: [] });
});
