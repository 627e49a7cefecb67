import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { connectTestEngine, leftovers } from "../testing/engine.ts";

/** The same networks, routes and machines, with the kernel or a machine as the router. */
const blueprint = (name: string, router: string) => `
blueprint: 1
name: ${name}
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24, gateway: 10.0.2.254 }
  back: { subnet: 10.0.4.0/24 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
routes:
  - { from: lan, to: dmz, ports: [80/tcp] }
  - { from: dmz, to: back }
${router}
machines:
  client: { image: homerange/busybox:1, nics: [{ network: lan, ip: 10.0.1.10 }], command: &serve [sh, -c, "httpd -p 80 -h /www; exec httpd -f -p 81 -h /www"] }
  web: { image: homerange/busybox:1, nics: [{ network: dmz, ip: 10.0.2.10 }], command: *serve, ready: { tcp: 81, timeout: 30s } }
  db: { image: homerange/busybox:1, nics: [{ network: back, ip: 10.0.4.10 }], command: *serve }
  safe: { image: homerange/busybox:1, nics: [{ network: vault, ip: 10.0.3.10 }], command: *serve, ready: { http: 80/, timeout: 30s } }
  both: { image: homerange/busybox:1, nics: [{ network: back, ip: 10.0.4.20 }, { network: lan, ip: 10.0.1.20, default: true }], command: *serve }
`;

const addresses = {
	client: "10.0.1.10",
	web: "10.0.2.10",
	db: "10.0.4.10",
	safe: "10.0.3.10",
	both: "10.0.4.20",
} as const;
type Name = keyof typeof addresses;

/** What the blueprint says, machine by machine: who is reached, and on which ports. */
const wanted: Record<Name, string> = {
	// To itself and to its network; by the route, one port. "both" is reached on back only by its own networks.
	client: "client:80,81 web:80",
	web: "web:80,81 db:80,81 both:80,81",
	db: "db:80,81 both:80,81",
	safe: "safe:80,81",
	// By its default card it is on lan, by the other on back.
	both: "client:80,81 web:80 db:80,81 both:80,81",
};

describe.each(["privileged", "unprivileged"] as const)("in the %s profile", (profile) => {
	let t: TestRanges;

	beforeAll(async () => {
		t = await openTestRanges({ settings: { isolation: profile } });
		const [plain, routed] = await Promise.all([
			t.deploy(blueprint("plain", "")),
			t.deploy(blueprint("routed", "router: { image: homerange/router:1 }")),
		]);
		for (const { task } of [...plain, ...routed]) expect(task.error).toBeNull();
	});
	afterAll(async () => {
		const { owner } = t.deps;
		await t[Symbol.asyncDispose]();
		expect(await leftovers(await connectTestEngine(), `io.homerange.owner=${owner}`)).toEqual([]);
	});

	async function run(range: string, machine: string, command: string): Promise<string> {
		const { inner, containerId } = await t.ranges.locate(range, machine);
		const { stdout, stderr } = await runExec(inner, containerId, { command: ["sh", "-c", command] });
		return (stdout + stderr).trim();
	}

	async function reached(range: string, from: Name): Promise<string> {
		const tries = Object.values(addresses).flatMap((ip) =>
			[80, 81].map((port) => `(timeout 2 wget -q -O /dev/null http://${ip}:${port}/ && echo ${ip}:${port}) &`),
		);
		const seen = new Set((await run(range, from, `{ ${tries.join("\n")}\nwait; } 2>/dev/null`)).split("\n"));
		return Object.entries(addresses)
			.map(([name, ip]) => [name, [80, 81].filter((port) => seen.has(`${ip}:${port}`)).join(",")] as const)
			.flatMap(([name, ports]) => (ports === "" ? [] : [`${name}:${ports}`]))
			.join(" ");
	}

	async function matrix(range: string): Promise<Record<Name, string>> {
		const names = Object.keys(addresses) as Name[];
		const rows = await Promise.all(names.map(async (name) => [name, await reached(range, name)] as const));
		return Object.fromEntries(rows) as Record<Name, string>;
	}

	test.each(["plain-1", "routed-1"])("%s is what the blueprint says, exactly", async (range) => {
		expect(t.ranges.get(range)).toMatchObject({ state: "running", reason: null });
		expect(await matrix(range)).toEqual(wanted);
	});

	test("the router holds every gateway with its MAC, is no way into an isolated network, and runs FRR", async () => {
		const lines = await run(
			"routed-1",
			"router",
			"ip -o -4 addr show | awk '{print $2, $4}'; cat /sys/class/net/eth1/address",
		);
		expect(lines.split("\n")).toEqual([
			"lo 127.0.0.1/8",
			expect.stringMatching(/^uplink 192\.0\.0\.34\/30$/),
			expect.stringMatching(/^eth0 10\.0\.1\.1\/24$/),
			expect.stringMatching(/^eth1 10\.0\.2\.254\/24$/),
			expect.stringMatching(/^eth2 10\.0\.4\.1\/24$/),
			"02:42:0a:00:02:fe",
		]);
		// FRR comes up a moment after the interfaces; it has learnt the kernel's default route when it is there.
		const learnt = "timeout 30 sh -c \"until vtysh -c 'show ip route' | grep 'K>\\* 0.0.0.0/0'; do sleep 0.2; done\"";
		expect(await run("routed-1", "router", learnt)).toContain("192.0.0.33, uplink");
		const gateway = "ip route | awk '/^default/ {print $3}'; ip neigh | awk '/10.0.1.1 /{print $5}'";
		expect((await run("routed-1", "client", `ping -c 1 10.0.1.1 >/dev/null; ${gateway}`)).split("\n")).toEqual([
			"10.0.1.1",
			"02:42:0a:00:01:01",
		]);
	});

	test("the router's other addresses are not reached from a network", async () => {
		expect(await run("routed-1", "client", "ping -c 1 -W 1 10.0.2.254 >/dev/null && echo reached || echo no")).toBe(
			"no",
		);
	});

	test("it starts before all others and stops last", () => {
		const steps = t.deps.tasks.list().find(({ rangeName }) => rangeName === "routed-1")?.steps ?? [];
		const ended = Date.parse(steps.find(({ id }) => id === "start:router")?.endedAt ?? "");
		for (const name of Object.keys(addresses)) {
			const started = Date.parse(steps.find(({ id }) => id === `start:${name}`)?.startedAt ?? "");
			expect(started).toBeGreaterThanOrEqual(ended);
		}
	});

	test("its restart, and that of the whole range, keep every address, MAC and rule", async () => {
		const before = await run("routed-1", "router", "ip -o link show eth1 | grep -o 'ether [0-9a-f:]*'");
		await t.ended(t.ranges.restart("routed-1", "router", "test"));
		expect(await matrix("routed-1")).toEqual(wanted);
		await t.ended(t.ranges.stop("routed-1", undefined, "test"));
		await t.ended(t.ranges.start("routed-1", undefined, "test"));
		expect(await matrix("routed-1")).toEqual(wanted);
		expect(await run("routed-1", "router", "ip -o link show eth1 | grep -o 'ether [0-9a-f:]*'")).toBe(before);
	});

	test("without it nothing crosses networks, and each network goes on", async () => {
		await t.ended(t.ranges.stop("routed-1", "router", "test"));
		expect(t.ranges.get("routed-1").machines[0]).toMatchObject({ name: "router", state: "stopped" });
		expect(await matrix("routed-1")).toEqual({
			client: "client:80,81",
			web: "web:80,81",
			db: "db:80,81 both:80,81",
			safe: "safe:80,81",
			both: "client:80,81 db:80,81 both:80,81",
		});
		await t.ended(t.ranges.start("routed-1", "router", "test"));
		expect(await matrix("routed-1")).toEqual(wanted);
	});

	test("rules that its root flushed come back, and meanwhile isolated networks and the way out stay shut", async () => {
		const limit = AbortSignal.timeout(60_000);
		const changes = t.deps.changes.subscribe(limit);
		const restored = (async () => {
			for await (const change of changes) {
				if (change.kind === "event" && change.event.type === "range.filter.restored") return change.event.message;
			}
			throw new Error("nobody said that the rules were put back");
		})();
		await run("routed-1", "router", "nft flush ruleset");
		expect(await restored).toContain("routed-1");
		expect(await matrix("routed-1")).toEqual(wanted);
	});
});
