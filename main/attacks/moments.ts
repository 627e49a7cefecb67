import { expect, test } from "vitest";
import type { RangeState } from "../../contract/ranges.ts";
import { type AttackBed, machines, type Sibling } from "./testing/attack-bed.ts";

/**
 * alpha sends without a pause from its first moment on. These are the moments in which rules may be missing:
 * whatever happens, nothing of the flood may arrive beyond its network.
 */
export function momentAttacks(bed: () => AttackBed): void {
	const flooded = async (range: Sibling) => {
		await bed().floodGoesOn(range);
		expect(await bed().leaks(range)).toEqual([]);
	};
	test("the deploy itself: nothing was let through before the rules were there", async () => {
		await flooded(bed().a);
		await flooded(bed().b);
	});

	test("a flush by root of the range's container", async () => {
		const { a } = bed();
		await bed().inNetns(a, "sh", "-c", "iptables-save >/tmp/rules; iptables -F; ip6tables -F");
		// Long enough for hundreds of packets: alpha sends on, though nothing passes now, not even to its neighbour.
		const sent = "cat /sys/class/net/eth0/statistics/tx_packets";
		const more = `start=$(${sent}); until [ $(${sent}) -ge $(( start + 300 )) ]; do sleep 0.05; done; echo sent`;
		const control = await bed().inMachine(a, "alpha", "timeout", "30", "sh", "-c", more);
		const leaks = await bed().leaks(a);
		await bed().inNetns(a, "sh", "-c", "iptables-restore </tmp/rules");
		expect(control).toBe("sent");
		expect(leaks).toEqual([]);
		await flooded(a);
	});

	test("another machine is connected to a network, and disconnected", async () => {
		const { a } = bed();
		const { inner, containerId: beta } = await bed().test.ranges.locate(a.name, "beta");
		const vault = inner.api.getNetwork("vault");
		await vault.connect({ Container: beta });
		try {
			const control = await bed().inMachine(a, "beta", ...connect(machines.safe.ip));
			expect(control).toMatch(/^10\.0\.3\./);
			await flooded(a);
		} finally {
			await vault.disconnect({ Container: beta });
		}
		await flooded(a);
	});

	test("the inner engine is killed, and the range started again", async () => {
		const { a } = bed();
		const limit = AbortSignal.timeout(60_000);
		const failed = stateOf(bed(), a, "failed", limit);
		await bed().inContainer(a, "sh", "-c", "kill -9 $(pidof dockerd)");
		await failed;
		await bed().test.ended(bed().test.ranges.start(a.name, undefined, "test"));
		expect(bed().test.ranges.get(a.name)).toMatchObject({ state: "running", reason: null });
		await flooded(a);
		expect(await bed().inMachine(a, "alpha", ...connect(machines.shop.ip))).toBe(machines.alpha.ip);
	});

	test("the container is restarted behind our back, and its root starts the machines before any rule is there", async () => {
		const { a } = bed();
		const container = bed().host.api.getContainer(a.container);
		await container.restart({ t: 0 });
		const startAll = `until docker version >/dev/null 2>&1; do sleep 0.02; done; docker start $(docker ps -aq)`;
		await bed().inContainer(a, "timeout", "60", "sh", "-c", startAll);
		await flooded(a);
		await bed().test.ended(bed().test.ranges.start(a.name, undefined, "test"));
		expect(bed().test.ranges.get(a.name)).toMatchObject({ state: "running", reason: null });
		await flooded(a);
		expect(await bed().inMachine(a, "alpha", ...connect(machines.shop.ip))).toBe(machines.alpha.ip);
	});
}

const connect = (address: string) => ["sh", "-c", `socat -u -T5 TCP:${address}:80,connect-timeout=2 -`];

/** Resolves when the range has the state. The change is listened to from this call on. */
export function stateOf(bed: AttackBed, range: Sibling, state: RangeState, signal: AbortSignal): Promise<void> {
	const changes = bed.test.deps.changes.subscribe(signal);
	return (async () => {
		if (bed.test.ranges.get(range.name).state === state) return;
		for await (const change of changes) {
			if (change.kind === "range" && change.range.id === range.id && change.range.state === state) return;
		}
		throw new Error(`${range.name} did not become ${state}.`);
	})();
}
