import fc from "fast-check";
import { expect, test } from "vitest";
import { firstHost, parseSubnet, type Subnet } from "./addresses.ts";
import { type AddressRequest, allocateAddresses } from "./allocation.ts";

const subnet: Subnet = parseSubnet("10.0.1.0/27") ?? { base: 0, last: 0, prefix: 0, hasHostBits: false };
const gateway = firstHost(subnet);

/** Requests of one network: distinct explicit addresses, and others that want the next free one. */
const requests = fc
	.uniqueArray(fc.integer({ min: subnet.base + 2, max: subnet.last - 1 }), { maxLength: 20 })
	.chain((explicit) =>
		fc.tuple(fc.nat({ max: 25 }), fc.constant(explicit)).chain(([automatic, addresses]) => {
			const all: AddressRequest[] = [
				...addresses.map((address) => ({ key: `e${address}`, address })),
				...Array.from({ length: automatic }, (_, index) => ({ key: `a${index}`, address: null })),
			];
			return fc.shuffledSubarray(all, { minLength: all.length });
		}),
	);

test("no two machines get one address, and none leaves the subnet or takes a reserved one", () => {
	fc.assert(
		fc.property(requests, (wanted) => {
			const { addresses, unserved } = allocateAddresses(subnet, gateway, wanted);
			const given = [...addresses.values()];
			expect(new Set(given).size).toBe(given.length);
			expect(given.every((a) => a > subnet.base && a < subnet.last && a !== gateway)).toBe(true);
			expect(given.length + unserved.length).toBe(wanted.length);
		}),
	);
});

test("explicit addresses are kept, and a machine goes without only when the subnet is full", () => {
	fc.assert(
		fc.property(requests, (wanted) => {
			const { addresses, unserved } = allocateAddresses(subnet, gateway, wanted);
			for (const { key, address } of wanted) if (address !== null) expect(addresses.get(key)).toBe(address);
			const hosts = subnet.last - subnet.base - 1;
			if (unserved.length > 0) expect(addresses.size).toBe(hosts - 1);
		}),
	);
});

test("where machines with explicit addresses stand changes nothing for the others", () => {
	fc.assert(
		fc.property(requests, (wanted) => {
			const automatic = wanted.filter(({ address }) => address === null);
			const explicit = wanted.filter(({ address }) => address !== null);
			const there = allocateAddresses(subnet, gateway, wanted).addresses;
			const first = allocateAddresses(subnet, gateway, [...explicit, ...automatic]).addresses;
			const last = allocateAddresses(subnet, gateway, [...automatic, ...explicit.toReversed()]).addresses;
			for (const { key } of automatic) {
				expect(first.get(key)).toBe(there.get(key));
				expect(last.get(key)).toBe(there.get(key));
			}
		}),
	);
});

test("the next free address is the lowest", () => {
	const { addresses } = allocateAddresses(subnet, gateway, [
		{ key: "a", address: null },
		{ key: "b", address: subnet.base + 3 },
		{ key: "c", address: null },
	]);
	expect(addresses.get("a")).toBe(subnet.base + 2);
	expect(addresses.get("c")).toBe(subnet.base + 4);
});

test("what a range has already stays, unless someone asks for it by name", () => {
	const base = subnet.base;
	const { addresses } = allocateAddresses(subnet, gateway, [
		{ key: "new", address: null },
		{ key: "old", address: null, present: base + 2 },
		{ key: "older", address: null, present: base + 3 },
		{ key: "explicit", address: base + 3 },
	]);
	expect(Object.fromEntries(addresses)).toEqual({ explicit: base + 3, old: base + 2, new: base + 4, older: base + 5 });
});
