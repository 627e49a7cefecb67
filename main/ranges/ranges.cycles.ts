import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runHostHelper } from "../dind/host-helper.ts";
import { connectTestEngine, dindImage, rangeLeftovers } from "../testing/engine.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

/** Fifty ranges come and go, five at a time, in both profiles, every other with a router. */

const rounds = 10;
const copies = 5;

const blueprint = (round: number) => `
blueprint: 1
name: cycle
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24 }
routes: [{ from: lan, to: dmz }]
${round % 2 === 0 ? "router: { image: homerange/router:1 }" : ""}
machines:
  a: { image: homerange/busybox:1, nics: [{ network: lan }], command: [sleep, "100000"] }
  b: { image: homerange/busybox:1, nics: [{ network: dmz }, { network: lan }], command: [sleep, "100000"] }
limits: { cpus: 1, memory: 1GiB }
`;

let t: TestRanges;

beforeAll(async () => {
	t = await openTestRanges();
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

/** Rules of walls on the host, links, and what this process holds open. */
async function traces(): Promise<{ walls: number; links: number; descriptors: number }> {
	const script = "iptables -t mangle -S 2>/dev/null | grep -c HOMERANGE-; ls /sys/class/net | wc -l";
	const { output } = await runHostHelper(t.deps.host.current(), { image: dindImage, script, mayFilter: true });
	const [walls = Number.NaN, links = Number.NaN] = output.trim().split("\n").map(Number);
	const descriptors = process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
	return { walls, links, descriptors };
}

test(`${rounds * copies} deploys and destroys leave nothing behind`, async () => {
	const round = async (number: number) => {
		t.deps.settings.set({ isolation: number % 4 < 2 ? "privileged" : "unprivileged" });
		const deployed = await t.deploy(blueprint(number), { copies });
		for (const { task } of deployed) expect(task.error).toBeNull();
		expect(t.ranges.list().map(({ state }) => state)).toEqual(Array(copies).fill("running"));
		await Promise.all(deployed.map(({ rangeId }) => t.ended(t.ranges.destroy(rangeId, "test"))));
		expect(await rangeLeftovers(await connectTestEngine(), t.deps.owner)).toEqual([]);
	};
	// What is made once and kept (pooled connections) is there after the first round.
	await round(0);
	const before = await traces();
	for (let number = 1; number < rounds; number++) await round(number);
	const after = await traces();
	expect({ ...after, descriptors: 0 }).toEqual({ ...before, descriptors: 0 });
	expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 4);
});
