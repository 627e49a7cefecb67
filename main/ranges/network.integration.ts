import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { internet, openInternet } from "../filter/testing/open-internet.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const blueprint = (name: string, router: string) => `
blueprint: 1
name: ${name}
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
${router}
machines:
  client: { image: homerange/busybox:1, nics: [{ network: lan }], command: [sleep, "100000"] }
  web: { image: homerange/busybox:1, nics: [{ network: dmz }], command: [sleep, "100000"] }
`;

const ranges = ["kernel-1", "machine-1"] as const;
const outside = new Map<string, string>();

describe.each(["privileged", "unprivileged"] as const)("in the %s profile, a network of a running range", (profile) => {
	let t: TestRanges;

	beforeAll(async () => {
		t = await openTestRanges({ settings: { isolation: profile } });
		const deployed = await Promise.all([
			t.deploy(blueprint("kernel", "")),
			t.deploy(blueprint("machine", "router: { image: homerange/router:1 }")),
		]);
		for (const { task } of deployed.flat()) expect(task.error).toBeNull();
		for (const name of ranges) {
			const { id, dind } = t.ranges.get(name);
			if (dind === null) throw new Error("the range has no container");
			const place = { rangeId: id, container: dind.container, network: dind.network };
			outside.set(name, (await openInternet(t.deps.host.current(), place)).name);
		}
	});
	afterAll(async () => {
		// It stands on the ranges' outer networks and is none of the product's.
		const host = t.deps.host.current();
		for (const name of outside.values()) await host.api.getContainer(name).remove({ force: true });
		await t[Symbol.asyncDispose]();
	});

	async function inMachine(range: string, machine: string, command: string): Promise<string> {
		const { inner, containerId } = await t.ranges.locate(range, machine);
		return (await runExec(inner, containerId, { command: ["sh", "-c", command] })).stdout.trim();
	}

	async function isOnline(range: string, machine: string): Promise<boolean> {
		// The other side answers with the address that asked.
		const answer = await inMachine(range, machine, `timeout 3 nc ${internet} 80 </dev/null`);
		return /^\d+\.\d+\.\d+\.\d+$/.test(answer);
	}

	async function received(range: string): Promise<number> {
		const command = ["sh", "-c", "wc -c </tmp/received"];
		const { stdout } = await runExec(t.deps.host.current(), outside.get(range) ?? "", { command });
		return Number(stdout.trim());
	}

	const set = (range: string, network: string, on: boolean) =>
		t.ended(t.ranges.setNetwork({ range, network, internet: on }, "test"));

	test.each(ranges)("of %s loses the internet at once, flows under way included, and gets it back", async (range) => {
		expect([await isOnline(range, "client"), await isOnline(range, "web")]).toEqual([true, false]);
		const send = "while echo x; do echo x >>/tmp/sent; sleep 0.05; done";
		const flow = `({ ${send}; } | nc ${internet} 7) >/dev/null 2>&1 </dev/null &`;
		const sentMore = (lines: number) =>
			inMachine(
				range,
				"client",
				`n=$(wc -l </tmp/sent); timeout 30 sh -c "until [ \\$(wc -l </tmp/sent) -ge $((n + ${lines})) ]; do sleep 0.05; done"`,
			);
		await inMachine(range, "client", `: >/tmp/sent; ${flow}`);
		await sentMore(10);
		expect(await received(range)).toBeGreaterThan(0);

		await set(range, "lan", false);
		const before = await received(range);
		await sentMore(10);
		expect(await received(range)).toBe(before);
		expect(await isOnline(range, "client")).toBe(false);
		expect(t.ranges.get(range).networks[0]).toMatchObject({ name: "lan", internet: false });

		await set(range, "lan", true);
		await set(range, "dmz", true);
		expect([await isOnline(range, "client"), await isOnline(range, "web")]).toEqual([true, true]);
		expect(t.ranges.get(range).state).toBe("running");
	});

	test("is refused what cannot be", async () => {
		const ask = (network: string) => t.ranges.setNetwork({ range: "kernel-1", network, internet: true }, "test");
		await expect(ask("moon")).rejects.toMatchObject({ code: "NETWORK_NOT_FOUND" });
		await expect(ask("vault")).rejects.toMatchObject({ code: "INPUT_INVALID" });
	});

	test("keeps what was switched over a stop and a start, and takes a switch while it is stopped", async () => {
		await set("machine-1", "dmz", false);
		await t.ended(t.ranges.stop("machine-1", undefined, "test"));
		await set("machine-1", "lan", false);
		await t.ended(t.ranges.start("machine-1", undefined, "test"));
		const host = t.deps.host.current();
		const { container } = t.ranges.get("machine-1").dind ?? { container: "" };
		const { NetworkSettings: settings } = await host.api.getContainer(outside.get("machine-1") ?? "").inspect();
		const address = Object.values(settings.Networks)[0]?.IPAddress ?? "";
		const exec = await host.api
			.getContainer(container)
			.exec({ Privileged: true, Cmd: ["ip", "route", "replace", "203.0.113.0/24", "via", address] });
		await exec.start({ Detach: true });
		expect([await isOnline("machine-1", "client"), await isOnline("machine-1", "web")]).toEqual([false, false]);
		await set("machine-1", "lan", true);
		expect([await isOnline("machine-1", "client"), await isOnline("machine-1", "web")]).toEqual([true, false]);
	});
});
