import fc from "fast-check";
import { expect, test } from "vitest";
import { standInAddresses } from "./stand-in.ts";

const blueprintOf = (vms: number, prefix: number) => ({
	networks: [{ name: "lan", subnet: `10.0.1.0/${prefix}`, gateway: "10.0.1.1", internet: false, isolated: false }],
	machines: Array.from({ length: vms }, (_, at) => ({
		name: `vm${at}`,
		provider: "libvirt" as const,
		nics: [{ network: "lan", ip: `10.0.1.${at + 2}`, mac: "", isDefault: true }],
	})),
});

test("stand-ins have addresses of their own, inside the network", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(24, 25), (vms, prefix) => {
			const blueprint = blueprintOf(vms, prefix);
			const found = standInAddresses(blueprint as never);
			const ips = [...found.values()].flatMap((own) => [...own.values()]);
			expect(ips).toHaveLength(vms);
			const all = [...ips, "10.0.1.1", ...blueprint.machines.map(({ nics }) => nics[0]?.ip)];
			expect(new Set(all).size).toBe(all.length);
			for (const ip of ips) {
				const last = Number(ip.split(".")[3]);
				expect(last).toBeGreaterThan(0);
				expect(last).toBeLessThan(2 ** (32 - prefix) - 1);
			}
		}),
	);
});

test("a full network has no room for one", () => {
	const blueprint = blueprintOf(1, 30);
	expect([...(standInAddresses(blueprint as never).get("vm0") ?? [])]).toEqual([]);
});
