import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { listenOn } from "../testing/listen-on.ts";
import { applyRules, readRules } from "./apply-rules.ts";
import { lowerHostWall, raiseHostWall } from "./host-wall.ts";
import {
	bedSpec,
	connectAll,
	FilterBed,
	internet,
	type Machine,
	machines,
	macOf,
	outsideName,
	privateLan,
	type Target,
} from "./testing/filter-bed.ts";

const kinds = ["udp", "tcp", "icmp", "fragments", "proto47", "proto132", "proto253"];
const refused = "-";

/** The address of whom the service sees. */
const whoAsks = ({ remoteAddress }: Socket): string => String(remoteAddress);

describe.each(["privileged", "unprivileged"] as const)("the filter in the %s profile", (profile) => {
	let bed: FilterBed;
	/** The container's address on its outer network, its address where the bridges are, and the outer gateway. */
	let outer: string;
	let uplink: string;
	let outerGateway: string;

	beforeAll(async () => {
		bed = await FilterBed.open(profile);
		const { NetworkSettings: settings } = await bed.host.api.getContainer(bed.dind.container).inspect();
		outer = settings.Networks[bed.dind.network]?.IPAddress ?? "";
		outerGateway = settings.Networks[bed.dind.network]?.Gateway ?? "";
		const line = await bed.inNetns("ip", "-4", "-o", "addr", "show", "dev", bed.dind.profile.outerInterface);
		uplink = /inet ([\d.]+)/.exec(line)?.[1] ?? "";
	});
	afterAll(async () => {
		await bed?.close();
	});

	const fromMachine = async (machine: Machine, ...targets: Target[]) =>
		(await bed.inMachine(machine, ...connectAll(targets))).split("\n");
	const fromContainer = async (...targets: Target[]) => (await bed.inContainer(...connectAll(targets))).split("\n");
	const fromBridges = async (...targets: Target[]) => (await bed.inNetns(...connectAll(targets))).split("\n");

	test("inside one network every kind of packet passes (the control of the attacks below)", async () => {
		const { ip } = machines.beta;
		await bed.send(
			"alpha",
			...kinds.map((kind) => `${kind},same-${kind},${ip}`),
			`udp,same-spoofed,${ip},10.0.2.77`,
			`ip6,same-ip6,fe80::2,fe80::1,${macOf("beta")}`,
			"ip6,same-multicast,ff02::1,fe80::1,33:33:00:00:00:01",
		);
		const expected = [...kinds, "spoofed", "ip6", "multicast"].map((kind) => `same-${kind}`);
		expect(await bed.arrived("beta")).toEqual(expect.arrayContaining(expected));
	});

	test("between networks nothing crosses that no route allows", async () => {
		const gateway = await gatewayMac(bed);
		await bed.arrived("shop");
		const probes = (["shop", "safe"] as const).flatMap((to) => {
			const { ip } = machines[to];
			return [
				...kinds.map((kind) => `${kind},cross-${kind},${ip}`),
				...kinds.map((kind) => `${kind},by-gateway-${kind},${ip},,${gateway}`),
				`udp,broadcast,${ip.replace(/\d+$/, "255")}`,
				`ip6,link-local,fe80::42:aff:fe00:${to === "shop" ? "20a" : "30a"},fe80::1,${gateway}`,
			];
		});
		await bed.send("alpha", ...probes, "ip6,multicast,ff02::1,fe80::1,33:33:00:00:00:01");
		await bed.send("safe", `udp,from-vault,${machines.shop.ip}`);
		expect(await bed.arrived("shop")).toEqual([]);
		expect(await bed.arrived("safe")).toEqual([]);
	});

	test("a foreign source is dropped even where a route is open", async () => {
		const { ip } = machines.shop;
		const sources = [`tcp80,own,${ip}`, `tcp80,vaults,${ip},10.0.3.10`, `tcp80,victims,${ip},10.0.2.77`];
		await bed.send("alpha", ...sources, `tcp80,outsiders,${ip},203.0.113.10`);
		expect(await bed.arrived("shop")).toEqual(["own"]);
	});

	test("a route lets its port through with the answers, and an isolated network's route opens nothing", async () => {
		const { alpha, shop, safe } = machines;
		const [fromAlpha, fromShop, fromSafe] = await Promise.all([
			fromMachine("alpha", [shop.ip, 80], [shop.ip, 81], [safe.ip, 80]),
			fromMachine("shop", [alpha.ip, 80], [shop.ip, 81]),
			fromMachine("safe", [shop.ip, 80], [safe.ip, 80]),
		]);
		expect(fromAlpha).toEqual([alpha.ip, refused, refused]);
		expect(fromShop).toEqual([refused, shop.ip]);
		expect(fromSafe).toEqual([refused, safe.ip]);
	});

	test("no machine reaches a TCP port of the range's container, on any of its addresses", async () => {
		const serve = `socat TCP-LISTEN:2375,fork,reuseaddr SYSTEM:'echo reached' >/dev/null 2>&1 &
			until ss -ltn | grep -q :2375; do sleep 0.02; done`;
		await bed.inNetns("sh", "-c", serve);
		if (uplink !== outer) await bed.inContainer("sh", "-c", serve);
		const inside: Target[] = ["10.0.1.1", "10.0.2.1", "10.0.3.1", uplink].map((address) => [address, 2375]);
		const [control, outside, attack, scan] = await Promise.all([
			fromBridges(...inside),
			fromContainer([outer, 2375]),
			fromMachine("alpha", ...inside, [outer, 2375]),
			bed.inMachine(
				"alpha",
				"nmap",
				"-sS",
				"-n",
				"-Pn",
				"-p-",
				"--min-rate",
				"20000",
				"--max-retries",
				"0",
				"10.0.1.1",
			),
		]);
		expect([...control, ...outside]).toEqual(Array.from({ length: 5 }, () => "reached"));
		expect(attack).toEqual(Array.from({ length: 5 }, () => refused));
		expect(scan).toMatch(/All 65535 scanned ports .* are in ignored states|65535 filtered/);
	});

	test("the container itself reaches its machines, isolated ones too: consoles need it", async () => {
		expect(await fromBridges([machines.safe.ip, 80], [machines.alpha.ip, 80])).toEqual(["10.0.3.1", "10.0.1.1"]);
	});

	test("internet is for the network that has it, and is no private network, no sibling, no outer gateway", async () => {
		await using listener = await listenOn(outerGateway, whoAsks);
		const near: Target[] = [
			[privateLan, 80],
			[bed.neighbour, 80],
			[outerGateway, listener.port],
		];
		const [control, fromAlpha, fromShop, fromSafe] = await Promise.all([
			fromContainer(...near),
			fromMachine("alpha", ...near, [internet, 80]),
			fromMachine("shop", ...near, [internet, 80]),
			fromMachine("safe", ...near, [internet, 80]),
		]);
		expect(control).toEqual([outer, outer, outer]);
		expect(fromAlpha).toEqual([refused, refused, refused, outer]);
		expect(fromShop).toEqual([refused, refused, refused, refused]);
		expect(fromSafe).toEqual([refused, refused, refused, refused]);
	});

	test("machines find their neighbours by name, and names outside only with internet", async () => {
		const script = `getent ahostsv4 beta; timeout 3 getent ahostsv4 ${outsideName}`;
		const [fromAlpha, fromShop, fromSafe] = await Promise.all(
			(["alpha", "shop", "safe"] as const).map((machine) => bed.inMachine(machine, "sh", "-c", script)),
		);
		expect(fromAlpha).toContain(machines.beta.ip);
		expect(fromAlpha).toContain(bed.neighbour);
		expect(fromShop).toBe("");
		expect(fromSafe).toBe("");
	});

	test("taking internet away ends a flow that is under way, and giving it back works", async () => {
		const stream = `python3 /tmp/packets.py stream ${internet} 7 >/dev/null 2>&1 & echo $! >/tmp/stream.pid`;
		await bed.inMachine("alpha", "bash", "-c", `${stream}; until [ -s /tmp/sent ]; do sleep 0.02; done`);
		await untilSent(bed, 10);
		const during = await received(bed);
		await applyRules(bed.host, bed.dind, bedSpec({ internet: false }));
		const before = await received(bed);
		await untilSent(bed, 50);
		const after = await received(bed);
		const name = `timeout 3 getent ahostsv4 ${outsideName}`;
		const [offline, nameless] = await Promise.all([
			fromMachine("alpha", [internet, 80]),
			bed.inMachine("alpha", "sh", "-c", `kill $(cat /tmp/stream.pid); ${name}`),
		]);
		await applyRules(bed.host, bed.dind, bedSpec());
		expect(during).toBeGreaterThan(0);
		expect(after).toBe(before);
		expect(offline).toEqual([refused]);
		expect(nameless).toBe("");
		expect(await fromMachine("alpha", [internet, 80])).toEqual([outer]);
	});

	test("applying the rules again changes nothing, and lets nothing through meanwhile", async () => {
		const { fingerprint } = await applyRules(bed.host, bed.dind, bedSpec());
		await bed.arrived("shop");
		const flood = bed.send("alpha", ...Array.from({ length: 1000 }, () => `udp,leak,${machines.shop.ip}`));
		const again = await applyRules(bed.host, bed.dind, bedSpec());
		await flood;
		expect(again.fingerprint).toBe(fingerprint);
		expect(await readRules(bed.host, bed.dind)).toBe(fingerprint);
		expect(await bed.arrived("shop")).toEqual([]);
	});

	test("a flush is noticed, opens nothing, and is mended", async () => {
		const { fingerprint } = await applyRules(bed.host, bed.dind, bedSpec());
		await bed.inNetns("iptables", "-F");
		expect(await readRules(bed.host, bed.dind)).not.toBe(fingerprint);
		expect(await fromMachine("alpha", [machines.shop.ip, 80], [machines.safe.ip, 80])).toEqual([refused, refused]);
		expect((await applyRules(bed.host, bed.dind, bedSpec())).fingerprint).toBe(fingerprint);
		expect(await fromMachine("alpha", [machines.shop.ip, 80])).toEqual([machines.alpha.ip]);
	});

	test("the wall outside holds when every rule inside is gone", async () => {
		const { host, dind } = bed;
		const wall = { rangeId: dind.rangeId, image: dind.image, forbidden: [] };
		await using listener = await listenOn(outerGateway, whoAsks);
		const targets: Target[] = [
			[outerGateway, listener.port],
			[privateLan, 80],
			[internet, 80],
		];
		await bed.inNetns("sh", "-c", "iptables -P FORWARD ACCEPT; iptables -P INPUT ACCEPT; iptables -F");
		const open = await fromContainer(...targets);
		expect(await raiseHostWall(host, { ...wall, hasInternet: true })).toEqual({ applied: true });
		const internetOnly = await fromContainer(...targets);
		expect(await raiseHostWall(host, { ...wall, hasInternet: false })).toEqual({ applied: true });
		const closed = await fromContainer(...targets);
		expect(await lowerHostWall(host, wall)).toEqual({ applied: true });
		expect(open).toEqual([outer, outer, outer]);
		expect(internetOnly).toEqual([refused, refused, outer]);
		expect(closed).toEqual([refused, refused, refused]);
		expect(await fromContainer(...targets)).toEqual(open);
	});
});

async function gatewayMac(bed: FilterBed): Promise<string> {
	await bed.send("alpha", "udp,neighbour,10.0.1.1");
	const script = "until grep -q '^10.0.1.1 .* 0x2 ' /proc/net/arp; do sleep 0.02; done; cat /proc/net/arp";
	const arp = await bed.inMachine("alpha", "sh", "-c", script);
	const mac = /^10\.0\.1\.1\s.*?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/m.exec(arp)?.[1];
	if (!mac) throw new Error(`no gateway in ${arp}`);
	return mac;
}

/** Waits until the stream in alpha has sent that many lines more. */
async function untilSent(bed: FilterBed, more: number): Promise<void> {
	const script = `
		count() { n=$(cat /tmp/sent); echo "\${n:-0}"; }
		start=$(count)
		until [ "$(count)" -gt $(( start + ${more} )) ]; do sleep 0.02; done`;
	await bed.inMachine("alpha", "sh", "-c", script);
}

/** Bytes of the stream that reached the fake internet. */
async function received(bed: FilterBed): Promise<number> {
	const command = ["sh", "-c", "wc -c </tmp/received 2>/dev/null || echo 0"];
	return Number((await runExec(bed.host, bed.outside, { command })).stdout.trim());
}
