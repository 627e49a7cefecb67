import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeProbe } from "../../contract/describe-probe.ts";
import type { NetworkTestNews, NetworkTestResult } from "../../contract/network-test.ts";
import type { IsolationProfile } from "../../contract/ranges.ts";
import { openExec, runExec } from "../docker/exec.ts";
import { chooseTables } from "../filter/scripts.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { processesIn } from "../testing/processes.ts";
import { NetworkTests } from "./network-tests.ts";

const machine = (nics: string) => `{ image: "homerange/busybox:1", command: [sleep, "100000"], nics: [${nics}] }`;
const blueprint = `
blueprint: 1
name: matrix
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
routes: [{ from: lan, to: dmz, ports: [80/tcp, 53/udp] }, { from: dmz, to: lan, ports: [icmp] }]
machines:
  client: ${machine("{ network: lan, ip: 10.0.1.10 }")}
  web: ${machine("{ network: dmz, ip: 10.0.2.10 }, { network: vault, ip: 10.0.3.10 }")}
  safe: ${machine("{ network: vault, ip: 10.0.3.11 }")}
limits: { cpus: 2, memory: 1GiB }
`;

describe.each<IsolationProfile>(["privileged", "unprivileged"])("in the %s profile", (isolation) => {
	let bed: TestRanges;
	let tests: NetworkTests;

	beforeAll(async () => {
		bed = await openTestRanges({ settings: { isolation } });
		const [range] = await bed.deploy(blueprint);
		expect(range?.task.error).toBeNull();
		tests = new NetworkTests((ref, signal) => bed.ranges.site(ref, signal));
	});
	afterAll(async () => {
		await bed?.[Symbol.asyncDispose]();
	});

	async function run(): Promise<{ result: NetworkTestResult; news: NetworkTestNews[] }> {
		const news: NetworkTestNews[] = [];
		for await (const one of tests.run("matrix-1")) news.push(one);
		const last = news.at(-1);
		if (last?.kind !== "result") throw new Error("there was no result");
		return { result: last.result, news };
	}

	/** Processes of the test in the range's container, and containers beside it. */
	async function leftovers(): Promise<string[]> {
		const { host, dind, id } = await bed.ranges.site("matrix-1");
		const lines = await processesIn(host, dind.container);
		const helpers = await host.api.listContainers({
			all: true,
			filters: { label: [`io.homerange.range=${id}`, "io.homerange.role=helper"] },
		});
		const routes = await runExec(host, dind.container, { command: ["ip", "route", "show", "203.0.113.77"] });
		return [
			...lines.filter((line) => /socat|homerange-network-test/.test(line)),
			...helpers.map(({ Names: names }) => names[0] ?? ""),
			...(routes.stdout === "" ? [] : [routes.stdout]),
		];
	}

	/** Opens the range's rules by hand, again and again: the engine mends them as soon as it sees that. */
	async function openRules(): Promise<() => Promise<void>> {
		const { host, dind } = await bed.ranges.site("matrix-1");
		const rule = "FORWARD -j ACCEPT";
		const script = `
${chooseTables}
rm -f /tmp/mended
while [ ! -e /tmp/mended ]; do
  iptables -w 10 -C ${rule} 2>/dev/null || iptables -w 10 -I ${rule}
  echo open
  sleep 0.02
done
while iptables -w 10 -D ${rule} 2>/dev/null; do :; done`;
		const exec = await openExec(host, dind.container, {
			command: dind.enterNetns(["sh", "-c", script]),
			killable: true,
		});
		exec.stderr.resume();
		await once(exec.stream, "data");
		exec.stream.resume();
		return async () => {
			await runExec(host, dind.container, { command: dind.enterNetns(["touch", "/tmp/mended"]) });
			await exec.exitCode();
		};
	}

	test("everything is as the blueprint wants it, the test says so in words, and leaves nothing", async () => {
		const { result, news } = await run();
		const odd = result.probes.filter(({ seen, wanted }) => seen !== wanted).map(describeProbe);
		expect(odd).toEqual([]);
		expect(result).toMatchObject({ rangeName: "matrix-1", notAsWanted: 0, unknown: 0, asWanted: result.probes.length });
		const sentences = result.probes.map(describeProbe);
		expect(sentences).toEqual(
			expect.arrayContaining([
				"lan/client reaches dmz/web on 80/tcp, as wanted",
				"lan/client reaches dmz/web on 53/udp, as wanted",
				"lan/client does not reach dmz/web by icmp, as wanted",
				"dmz/web reaches lan/client by icmp, as wanted",
				"lan/client reaches the internet on 80/tcp, as wanted",
				"dmz/web does not reach the internet on 80/tcp, as wanted",
				"vault/safe reaches vault/web by icmp, as wanted",
				"vault/safe does not reach lan/client by icmp, as wanted",
			]),
		);
		expect(news.filter(({ kind }) => kind === "progress").length).toBeGreaterThan(2);
		expect(await leftovers()).toEqual([]);
	});

	test("rules that were changed by hand are found", async () => {
		const mend = await openRules();
		const { result } = await run().finally(mend);
		expect(result.notAsWanted).toBeGreaterThan(0);
		expect(result.probes.map(describeProbe)).toContain(
			"dmz/web reaches lan/client on 47100/tcp, which the blueprint does not allow",
		);
	});

	test("a machine that does not run is unknown, and says why", async () => {
		await bed.ended(bed.ranges.stop("matrix-1", "safe", "test"));
		const { result } = await run();
		expect(result.notAsWanted).toBe(0);
		expect(result.unknown).toBeGreaterThan(0);
		expect(result.probes.find(({ from }) => from.machine === "safe")).toMatchObject({
			seen: "unknown",
			note: "safe is stopped",
		});
	});

	test("a test that is cancelled half-way leaves nothing", async () => {
		const abort = new AbortController();
		const walk = async () => {
			for await (const news of tests.run("matrix-1", abort.signal)) {
				if (news.kind === "progress" && news.done > 0) abort.abort();
			}
		};
		await expect(walk()).rejects.toMatchObject({ name: "AbortError" });
		expect(await leftovers()).toEqual([]);
	});
});
