import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileRouterRules } from "./compile-router-rules.ts";
import { compileRules } from "./compile-rules.ts";
import type { FilterNetwork, FilterSpec } from "./filter-spec.ts";

const network = (position: number, name: string, rest: Partial<FilterNetwork> = {}): FilterNetwork => ({
	name,
	bridge: `hr${position}`,
	subnet: `10.0.${position + 1}.0/24`,
	gateway: `10.0.${position + 1}.1`,
	internet: false,
	isolated: false,
	...rest,
});

const shop: FilterSpec = {
	networks: [network(0, "lan", { internet: true }), network(1, "dmz"), network(2, "vault", { isolated: true })],
	routes: [
		{ from: "lan", to: "dmz", ports: ["80/tcp", "8000-8080/udp", "icmp"] },
		{ from: "dmz", to: "lan", ports: [] },
		{ from: "lan", to: "vault", ports: [] },
	],
	forbidden: ["203.0.113.0/24"],
};

describe("compileRules", () => {
	test("gives the golden rules of a shop with a lan, a dmz and a vault", async () => {
		const { v4, v6 } = compileRules(shop);
		await expect(v4).toMatchFileSnapshot("golden/shop.v4.rules");
		await expect(v6).toMatchFileSnapshot("golden/shop.v6.rules");
	});

	test("gives the golden rules of a range in which nothing may pass", async () => {
		const { v4 } = compileRules({ networks: [network(0, "lan")], routes: [], forbidden: [] });
		await expect(v4).toMatchFileSnapshot("golden/closed.v4.rules");
	});

	test("gives the golden rules beside a router machine: the way out by its link, and no route", async () => {
		const { v4 } = compileRules({ ...shop, routerLink: "hrup" });
		await expect(v4).toMatchFileSnapshot("golden/beside-router.v4.rules");
	});

	test("gives the golden rules of the router machine itself", async () => {
		const { v4, v6 } = compileRouterRules({
			outerInterface: "uplink",
			networks: [network(0, "lan", { internet: true, bridge: "eth0" }), network(1, "dmz", { bridge: "eth1" })],
			routes: shop.routes.slice(0, 2),
		});
		await expect(v4).toMatchFileSnapshot("golden/router.v4.rules");
		await expect(v6).toMatchFileSnapshot("golden/router.v6.rules");
	});

	test("a machine on two networks may answer by its other one, and only what a route lets in", () => {
		const homes = [
			[
				{ network: "dmz", ip: "10.0.2.20" },
				{ network: "vault", ip: "10.0.3.20" },
			],
			[
				{ network: "dmz", ip: "10.0.2.30" },
				{ network: "back", ip: "10.0.4.30" },
			],
		];
		const networks = [...shop.networks, network(3, "back")];
		const { v4 } = compileRules({ ...shop, networks, routes: shop.routes.slice(0, 1), homes });
		const lines = v4.split("\n");
		const answers = lines.filter((line) => line.includes("/32"));
		expect(answers).toEqual([
			"-A FORWARD -i hr3 -o hr0 -s 10.0.2.30/32 -d 10.0.1.0/24 -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT",
		]);
		// Before the rule that drops foreign sources.
		expect(lines.indexOf(answers[0] ?? "")).toBeLessThan(lines.indexOf("-A FORWARD -i hr3 ! -s 10.0.4.0/24 -j DROP"));
	});

	test("leaves by the interface that the profile has", () => {
		const { v4 } = compileRules({ ...shop, outerInterface: "tap0" });
		expect(v4).toContain("-o tap0 -j MASQUERADE");
		expect(v4).not.toContain("eth0");
	});

	test("an isolated network has no internet, even if it asks for it", () => {
		const { v4 } = compileRules({
			networks: [network(0, "vault", { isolated: true, internet: true })],
			routes: [],
			forbidden: [],
		});
		expect(v4).not.toContain("MASQUERADE");
		expect(v4).not.toContain("eth0");
	});

	test.each([
		{ bridge: "hr0 -j ACCEPT" },
		{ bridge: "hr0\n-A FORWARD -j ACCEPT" },
		{ bridge: "" },
		{ bridge: "an-interface-too-long" },
		{ subnet: "10.0.0.0/24 -j ACCEPT" },
		{ subnet: "fd00::/64" },
	])("refuses %j", (bad) => {
		expect(() => compileRules({ networks: [network(0, "lan", bad)], routes: [], forbidden: [] })).toThrow(
			expect.objectContaining({ code: "INPUT_INVALID" }),
		);
	});

	test.each(["80", "0/tcp", "65536/tcp", "90-80/tcp", "80/tcp -j ACCEPT", "80/gre", ""])(
		"refuses the port %j",
		(port) => {
			expect(() => compileRules({ ...shop, routes: [{ from: "lan", to: "dmz", ports: [port] }] })).toThrow(
				/not a port/,
			);
		},
	);

	test("refuses a route between networks that are not there", () => {
		expect(() => compileRules({ ...shop, routes: [{ from: "lan", to: "moon", ports: [] }] })).toThrow(/does not have/);
	});
});

describe("for any range", () => {
	const ports = fc.array(
		fc.oneof(
			fc.constantFrom("icmp", "80/tcp", "53/udp"),
			fc.integer({ min: 1, max: 65_535 }).map((port) => `${port}/tcp`),
		),
		{ maxLength: 3 },
	);
	/** Names may be anything at all: they must not matter. */
	const anyRange = fc
		.uniqueArray(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 6 })
		.chain((names) =>
			fc.record({
				networks: fc.tuple(
					...names.map((name, position) =>
						fc
							.record({ internet: fc.boolean(), isolated: fc.boolean() })
							.map((flags) => network(position, name, flags)),
					),
				),
				routes: fc.array(fc.record({ from: fc.constantFrom(...names), to: fc.constantFrom(...names), ports }), {
					maxLength: 8,
				}),
				forbidden: fc.constant<string[]>([]),
			}),
		);

	const crossings = (v4: string): string[] =>
		v4.split("\n").filter((line) => {
			const pair = /^-A FORWARD -i (\S+) -o (\S+) .*-j ACCEPT$/.exec(line);
			return pair !== null && pair[1] !== pair[2];
		});

	test("every allowed route appears with its ports, in both directions", () => {
		fc.assert(
			fc.property(anyRange, (spec) => {
				const lines = crossings(compileRules(spec).v4);
				for (const route of spec.routes) {
					const from = spec.networks.find(({ name }) => name === route.from);
					const to = spec.networks.find(({ name }) => name === route.to);
					if (!from || !to || from === to || from.isolated || to.isolated) continue;
					const there = `-A FORWARD -i ${from.bridge} -o ${to.bridge} -s ${from.subnet} -d ${to.subnet}`;
					const back = `-A FORWARD -i ${to.bridge} -o ${from.bridge} -s ${to.subnet} -d ${from.subnet}`;
					for (const port of route.ports.length > 0 ? route.ports : [null]) {
						const match =
							port === null
								? ""
								: port === "icmp"
									? " -p icmp"
									: ` -p ${port.split("/")[1]} --dport ${port.split("/")[0]}`;
						expect(lines).toContain(
							`${there}${match} -m conntrack --ctstate NEW,ESTABLISHED --ctdir ORIGINAL -j ACCEPT`,
						);
						expect(lines).toContain(
							`${back}${match.replace("dport", "sport")} -m conntrack --ctstate ESTABLISHED --ctdir REPLY -j ACCEPT`,
						);
					}
				}
			}),
		);
	});

	test("nothing else crosses: each rule that lets something cross belongs to a route or to the internet", () => {
		fc.assert(
			fc.property(anyRange, (spec) => {
				const byBridge = new Map(spec.networks.map((entry) => [entry.bridge, entry]));
				for (const line of crossings(compileRules(spec).v4)) {
					const [, input = "", output = ""] = /-i (\S+) -o (\S+)/.exec(line) ?? [];
					const from = byBridge.get(input);
					const to = byBridge.get(output);
					if (from && to) {
						expect(from.isolated || to.isolated).toBe(false);
						const routed = spec.routes.some(
							(route) =>
								(route.from === from.name && route.to === to.name) ||
								(route.from === to.name && route.to === from.name),
						);
						expect(routed).toBe(true);
					} else {
						const inside = from ?? to;
						expect(inside?.internet).toBe(true);
						expect(inside?.isolated).toBe(false);
						expect([input, output]).toContain("eth0");
					}
				}
			}),
		);
	});

	test("no name and nothing from a name reaches the rules", () => {
		fc.assert(
			fc.property(anyRange, (spec) => {
				const renamed: FilterSpec = {
					...spec,
					networks: spec.networks.map((entry, position) => ({ ...entry, name: `n${position}` })),
					routes: spec.routes.map((route) => ({
						...route,
						from: `n${spec.networks.findIndex(({ name }) => name === route.from)}`,
						to: `n${spec.networks.findIndex(({ name }) => name === route.to)}`,
					})),
				};
				expect(compileRules(spec)).toEqual(compileRules(renamed));
			}),
		);
	});

	test("established traffic is accepted only for a named pair, or as an answer to the container itself", () => {
		fc.assert(
			fc.property(anyRange, (spec) => {
				for (const line of compileRules(spec).v4.split("\n")) {
					if (!line.startsWith("-A FORWARD") || !line.includes("ESTABLISHED")) continue;
					expect(line).toMatch(/-i \S+ -o \S+ /);
				}
			}),
		);
	});
});
