import fc from "fast-check";
import { expect, test } from "vitest";
import {
	contains,
	defaultMac,
	forbiddenSubnets,
	formatAddress,
	formatSubnet,
	overlaps,
	parseAddress,
	parseSubnet,
} from "./addresses.ts";

const address = fc.nat({ max: 0xffffffff });
const subnet = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([base, prefix]) => {
	const parsed = parseSubnet(`${formatAddress(base)}/${prefix}`);
	if (parsed === null) throw new Error("A subnet of numbers must parse.");
	return parsed;
});

test("every address survives being written and read", () => {
	fc.assert(fc.property(address, (number) => parseAddress(formatAddress(number)) === number));
});

test.each(["10.0.1", "010.0.0.1", "10.0.0.256", "10.0.0.1.", " 10.0.0.1", "0x0a000001", "167772161", "::1", ""])(
	"%j is no address",
	(text) => expect(parseAddress(text)).toBeNull(),
);

test("a subnet keeps its size and names its network address", () => {
	fc.assert(
		fc.property(subnet, (net) => {
			expect(parseSubnet(formatSubnet(net))).toEqual({ ...net, hasHostBits: false });
			expect(net.last - net.base + 1).toBe(2 ** (32 - net.prefix));
		}),
	);
});

test("two subnets overlap exactly when one contains the other's first address", () => {
	fc.assert(fc.property(subnet, subnet, (a, b) => overlaps(a, b) === (contains(a, b.base) || contains(b, a.base))));
});

test("the default MAC is the one that Docker derives", () => {
	expect(defaultMac(parseAddress("10.0.2.10") ?? 0)).toBe("02:42:0a:00:02:0a");
});

test("every forbidden range is there with its reason", () => {
	expect(forbiddenSubnets.map(({ subnet: net }) => formatSubnet(net))).toEqual([
		"0.0.0.0/8",
		"127.0.0.0/8",
		"169.254.0.0/16",
		"192.0.0.0/24",
		"198.18.255.0/24",
		"224.0.0.0/4",
		"240.0.0.0/4",
	]);
});
