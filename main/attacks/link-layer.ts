import { expect, test } from "vitest";
import { type AttackBed, type MachineName, machines, type Sibling } from "./testing/attack-bed.ts";

/** Attacks below IP: what a switch would have to stop. */
export function linkLayerAttacks(bed: () => AttackBed): void {
	test("a spoofed ARP answer poisons its own network at most, no other network and no sibling", async () => {
		const { a, b } = bed();
		await Promise.all([
			know(bed(), a, "beta", "10.0.1.1"),
			know(bed(), b, "beta", "10.0.1.1"),
			know(bed(), a, "shop", "10.0.2.1"),
		]);
		const before = await neighbours(bed(), a, b);
		await bed().inMachine(
			a,
			"alpha",
			"python3",
			"/opt/arp.py",
			"10.0.1.1",
			machines.beta.ip,
			"10.0.2.1",
			machines.shop.ip,
		);
		const after = await neighbours(bed(), a, b);
		const alphaMac = await mac(bed(), a, "alpha");
		// The control: its own neighbour believes it. That is no promise of ours, and docs/isolation.md says so.
		expect(after.ownNetwork).toBe(alphaMac);
		expect({ ...after, ownNetwork: "" }).toEqual({ ...before, ownNetwork: "" });
	});

	test("frames to every address at once stay in their network", async () => {
		const { a } = bed();
		const broadcast = "ff:ff:ff:ff:ff:ff";
		await bed().send(
			a,
			"alpha",
			`udp,everybody,255.255.255.255,,${broadcast}`,
			`udp,all-of-dmz,10.0.2.255,,${broadcast}`,
			`udp,all-of-vault,10.0.3.255,10.0.3.99,${broadcast}`,
			`udp,to-sibling,${machines.beta.ip},,${broadcast}`,
			"ip6,all-nodes,ff02::1,fe80::1,33:33:00:00:00:01",
		);
		const seen = await bed().arrived(a, "beta");
		expect(seen).toEqual(
			expect.arrayContaining(["everybody", "all-of-dmz", "all-of-vault", "to-sibling", "all-nodes"]),
		);
		expect(await bed().leaks(a, bed().b)).toEqual([]);
		expect((await bed().arrived(bed().b, "beta")).filter((tag) => tag !== "flood")).toEqual([]);
	});
}

/** Makes a machine learn an address of its network. */
async function know(bed: AttackBed, range: Sibling, name: MachineName, address: string): Promise<void> {
	const script = `until grep -q '^${address} .* 0x2 ' /proc/net/arp; do arping -q -c 1 -w 1 -I eth0 ${address}; ping -c 1 -W 1 ${address} >/dev/null; done`;
	await bed.inMachine(range, name, "timeout", "10", "sh", "-c", script);
}

async function neighbours(bed: AttackBed, a: Sibling, b: Sibling) {
	const entry = async (range: Sibling, name: MachineName, address: string) => {
		const arp = await bed.inMachine(range, name, "cat", "/proc/net/arp");
		return new RegExp(`^${address.replaceAll(".", "\\.")}\\s.*?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})`, "m").exec(arp)?.[1];
	};
	return {
		ownNetwork: await entry(a, "beta", "10.0.1.1"),
		otherNetwork: await entry(a, "shop", "10.0.2.1"),
		sibling: await entry(b, "beta", "10.0.1.1"),
	};
}

async function mac(bed: AttackBed, range: Sibling, name: MachineName): Promise<string> {
	return await bed.inMachine(range, name, "cat", "/sys/class/net/eth0/address");
}
