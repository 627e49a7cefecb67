import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTemplateLookup, parseBlueprint, type ResolvedBlueprint } from "../blueprint/index.ts";
import { isAllowed, nameOf, type PlannedProbe, planProbes } from "./plan.ts";

function blueprint(text: string): ResolvedBlueprint {
	const parsed = parseBlueprint(text, "test.yaml", createTemplateLookup([]));
	if (parsed.blueprint === null) throw new Error(JSON.stringify(parsed.errors));
	return parsed.blueprint;
}

const shop = blueprint(`
blueprint: 1
name: shop
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
routes: [{ from: lan, to: dmz, ports: [80/tcp, 53/udp, 8000-8010/tcp] }]
machines:
  client: { image: "a:1", nics: [{ network: lan, ip: 10.0.1.10 }] }
  web: { image: "a:1", nics: [{ network: dmz, ip: 10.0.2.10 }, { network: vault, ip: 10.0.3.10 }] }
  safe: { image: "a:1", nics: [{ network: vault, ip: 10.0.3.11 }] }
`);

const line = ({ from, to, wanted, ...traffic }: PlannedProbe): string =>
	`${from.ip} ${to.ip} ${nameOf(traffic)} ${wanted}`;

describe("what is probed", () => {
	test("is what the blueprint speaks of, with what it wants", () => {
		expect(planProbes(shop, "203.0.113.77").map(line)).toEqual([
			"10.0.1.10 10.0.2.10 icmp blocked",
			"10.0.1.10 10.0.2.10 47100/tcp blocked",
			"10.0.1.10 10.0.2.10 80/tcp reaches",
			"10.0.1.10 10.0.2.10 53/udp reaches",
			"10.0.1.10 10.0.2.10 8000/tcp reaches",
			"10.0.1.10 10.0.2.10 8010/tcp reaches",
			"10.0.1.10 10.0.3.10 icmp blocked",
			"10.0.1.10 10.0.3.10 47100/tcp blocked",
			"10.0.1.10 10.0.3.11 icmp blocked",
			"10.0.1.10 10.0.3.11 47100/tcp blocked",
			"10.0.1.10 203.0.113.77 80/tcp reaches",
			"10.0.2.10 10.0.1.10 icmp blocked",
			"10.0.2.10 10.0.1.10 47100/tcp blocked",
			"10.0.3.10 10.0.3.11 icmp reaches",
			"10.0.3.10 10.0.3.11 47100/tcp reaches",
			"10.0.2.10 203.0.113.77 80/tcp blocked",
			"10.0.3.11 10.0.1.10 icmp blocked",
			"10.0.3.11 10.0.1.10 47100/tcp blocked",
			"10.0.3.11 10.0.2.10 icmp blocked",
			"10.0.3.11 10.0.2.10 47100/tcp blocked",
			"10.0.3.11 10.0.3.10 icmp reaches",
			"10.0.3.11 10.0.3.10 47100/tcp reaches",
			"10.0.3.11 203.0.113.77 80/tcp blocked",
		]);
	});

	test("leaves the router out, and the internet when there is none", () => {
		const machines = shop.machines.map((one) => ({
			...one,
			role: one.name === "web" ? ("router" as const) : one.role,
		}));
		const probes = planProbes({ ...shop, machines }, null);
		expect(new Set(probes.flatMap(({ from, to }) => [from.machine, to.machine]))).toEqual(new Set(["client", "safe"]));
	});

	test("an answer may leave by another network of its machine", () => {
		const twoHomed = blueprint(`
blueprint: 1
name: two
networks: { a: { subnet: 10.0.1.0/24 }, b: { subnet: 10.0.2.0/24 }, c: { subnet: 10.0.3.0/24 } }
routes: [{ from: a, to: b }, { from: a, to: c }]
machines:
  one: { image: "a:1", nics: [{ network: a, ip: 10.0.1.10 }] }
  two: { image: "a:1", nics: [{ network: b, ip: 10.0.2.10 }, { network: c, ip: 10.0.3.10 }] }
`);
		const wanted = planProbes(twoHomed, null)
			.filter(({ from, protocol }) => from.machine === "one" && protocol === "icmp")
			.map(line);
		expect(wanted).toEqual(["10.0.1.10 10.0.2.10 icmp reaches", "10.0.1.10 10.0.3.10 icmp reaches"]);
	});
});

/** Ranges of up to four networks and five machines with one or two NICs. */
const ranges = fc
	.record({
		networks: fc.array(fc.record({ internet: fc.boolean(), isolated: fc.boolean() }), { minLength: 1, maxLength: 4 }),
		routes: fc.array(
			fc.record({
				from: fc.nat(3),
				to: fc.nat(3),
				ports: fc.subarray(["80/tcp", "icmp", "53/udp", "1000-2000/tcp", "tcp"]),
			}),
			{ maxLength: 6 },
		),
		machines: fc.array(fc.record({ first: fc.nat(3), second: fc.option(fc.nat(3)) }), { minLength: 1, maxLength: 5 }),
	})
	.map(({ networks, routes, machines }): Pick<ResolvedBlueprint, "networks" | "routes" | "machines"> => {
		const name = (position: number) => `n${position % networks.length}`;
		const template = shop.machines[0];
		if (template === undefined) throw new Error("the sample has a machine");
		return {
			networks: networks.map((network, position) => ({
				...network,
				name: `n${position}`,
				subnet: `10.0.${position}.0/24`,
				gateway: `10.0.${position}.1`,
			})),
			routes: routes.map(({ from, to, ports }) => ({ from: name(from), to: name(to), ports })),
			machines: machines.map(({ first, second }, position) => {
				const places = [...new Set([first, ...(second === null ? [] : [second])].map((one) => one % networks.length))];
				return {
					...template,
					name: `m${position}`,
					nics: places.map((place, order) => ({
						network: `n${place}`,
						ip: `10.0.${place}.${10 + position}`,
						mac: "02:42:0a:00:00:01",
						isDefault: order === 0,
					})),
				};
			}),
		};
	});

describe("for any range", () => {
	const forAll = (check: (range: Parameters<typeof planProbes>[0], probes: PlannedProbe[]) => void) =>
		fc.assert(fc.property(ranges, (range) => check(range, planProbes(range, "203.0.113.77"))));

	test("each pair of machines is probed, once for each address and kind of traffic", () => {
		forAll((range, probes) => {
			expect(new Set(probes.map(line)).size).toBe(probes.length);
			for (const from of range.machines) {
				for (const to of range.machines.filter((one) => one !== from)) {
					expect(probes.some((probe) => probe.from.machine === from.name && probe.to.machine === to.name)).toBe(true);
				}
			}
		});
	});

	test("machines of one network reach each other on it", () => {
		forAll((_, probes) => {
			for (const { from, to, wanted } of probes) if (from.network === to.network) expect(wanted).toBe("reaches");
		});
	});

	test("across networks only a route between two that are not isolated wants anything", () => {
		forAll((range, probes) => {
			const isolated = new Set(range.networks.filter((one) => one.isolated).map(({ name }) => name));
			for (const { from, to, wanted, ...traffic } of probes) {
				if (wanted === "blocked" || from.network === to.network || to.machine === null) continue;
				expect(isolated.has(from.network) || isolated.has(to.network)).toBe(false);
				expect(isAllowed(range, from.network, to.network, traffic)).toBe(true);
				expect(range.routes.some((route) => route.from === from.network && route.to === to.network)).toBe(true);
			}
		});
	});

	test("the internet is for networks that have it and are not isolated", () => {
		forAll((range, probes) => {
			for (const { from, to, wanted } of probes.filter((probe) => probe.to.machine === null)) {
				const network = range.networks.find(({ name }) => name === from.network);
				expect([to.ip, wanted === "reaches"]).toEqual([
					"203.0.113.77",
					network?.internet === true && !network.isolated,
				]);
			}
		});
	});
});
