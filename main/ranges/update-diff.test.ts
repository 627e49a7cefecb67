import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import { anyContent } from "./testing/any-content.ts";
import { sampleBlueprint } from "./testing/sample-blueprint.ts";
import { diffRange, type RangeContent } from "./update-diff.ts";
import { routeMap } from "./update-diff-parts.ts";
import { trafficMeanwhile } from "./update-meanwhile.ts";

const content = (change: (blueprint: ResolvedBlueprint) => void = () => undefined): RangeContent => {
	const blueprint = structuredClone(sampleBlueprint());
	change(blueprint);
	return { blueprint, sources: new Map() };
};
const told = (change: (blueprint: ResolvedBlueprint) => void) => diffRange(content(), content(change)).changes;
const machine = (blueprint: ResolvedBlueprint, name: string) => {
	const found = blueprint.machines.find((candidate) => candidate.name === name);
	if (found === undefined) throw new Error(name);
	return found;
};

describe("whatever the blueprints", () => {
	test("a range is not different from itself", () => {
		fc.assert(
			fc.property(anyContent, (a) => {
				expect(diffRange(a, structuredClone(a)).changes).toEqual([]);
			}),
		);
	});

	test("what the changes name, and nothing else, makes the one blueprint the other", () => {
		fc.assert(
			fc.property(anyContent, anyContent, (a, b) => {
				expect(normal(applied(a, b))).toEqual(normal(b.blueprint));
			}),
		);
	});

	test("what may flow meanwhile is allowed by both", () => {
		fc.assert(
			fc.property(anyContent, anyContent, (a, b) => {
				const meanwhile = trafficMeanwhile(a.blueprint, b.blueprint, diffRange(a, b));
				for (const { blueprint } of [a, b]) {
					for (const { name, subnet, internet, isolated } of meanwhile.networks) {
						const own = blueprint.networks.find((network) => network.name === name);
						expect(own?.subnet).toBe(subnet);
						expect({ internet: internet && !own?.internet, opened: own?.isolated && !isolated }).toEqual({
							internet: false,
							opened: false,
						});
					}
					const routes = routeMap(blueprint.routes);
					for (const { from, to, ports } of meanwhile.routes) {
						const own = routes.get(`${from} ${to}`);
						if (own?.ports.length !== 0) expect(own?.ports).toEqual(expect.arrayContaining(ports));
						if (own?.ports.length !== 0) expect(ports.length).toBeGreaterThan(0);
					}
				}
			}),
		);
	});

	test("a machine is made again exactly when its disk is said to be lost", () => {
		fc.assert(
			fc.property(anyContent, anyContent, (a, b) => {
				const { changes, recreatedMachines } = diffRange(a, b);
				const lost = changes.filter(({ kind, losesData }) => losesData && kind === "recreate").map(({ name }) => name);
				expect(lost).toEqual([...recreatedMachines]);
			}),
		);
	});
});

/** Takes from `b` only what a change names; everything else stays as in `a`. */
function applied(a: RangeContent, b: RangeContent): ResolvedBlueprint {
	const { changes } = diffRange(a, b);
	const names = (part: string) => new Set(changes.filter((change) => change.part === part).map(({ name }) => name));
	const merge = <T extends { name: string }>(from: readonly T[], to: readonly T[], changed: ReadonlySet<unknown>) => {
		const kept = from.filter(({ name }) => !changed.has(name));
		return [...kept, ...to.filter(({ name }) => changed.has(name))];
	};
	const [from, to] = [a.blueprint, b.blueprint];
	const described = names("description").size > 0 ? to : from;
	return {
		...from,
		title: described.title,
		tags: described.tags,
		networks: merge(from.networks, to.networks, names("network")),
		machines: merge(from.machines, to.machines, names("machine")),
		routes: names("routes").size > 0 ? to.routes : from.routes,
		limits: names("limits").size > 0 ? to.limits : from.limits,
	};
}

/** Without what has no meaning: the order of networks, machines and routes. */
function normal({ networks, machines, routes, ...rest }: ResolvedBlueprint) {
	const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
	return {
		...rest,
		networks: networks.toSorted(byName),
		machines: machines.toSorted(byName),
		routes: routeMap(routes),
	};
}

describe("what differs is said in words", () => {
	test("a network's internet is live", () => {
		const changes = told((b) => Object.assign(b.networks[0] ?? {}, { internet: true }));
		expect(changes).toEqual([
			{ kind: "change", part: "network", name: "lan", message: "lan: gets internet.", losesData: false },
		]);
	});

	test("another subnet makes the network and its machines again", () => {
		const changes = told((b) => {
			Object.assign(b.networks[0] ?? {}, { subnet: "10.9.0.0/24", gateway: "10.9.0.1" });
		});
		expect(changes.map(({ kind, name, losesData }) => ({ kind, name, losesData }))).toEqual([
			{ kind: "recreate", name: "lan", losesData: false },
			{ kind: "recreate", name: "web", losesData: true },
		]);
	});

	test("routes and limits are live", () => {
		const changes = told((b) => {
			b.routes.splice(0, 1, { from: "lan", to: "dmz", ports: [] });
			b.limits.cpus = 2;
		});
		expect(changes.map(({ message }) => message)).toEqual([
			"The route from lan to dmz: 80/tcp becomes everything.",
			"The range's limits: CPUs 4 become 2.",
		]);
	});

	test("another image or command is a new container, another probe is not", () => {
		const changes = told((b) => {
			Object.assign(machine(b, "web"), { image: "homerange/web:1", command: ["true"] });
			Object.assign(machine(b, "db"), { ready: { kind: "tcp", port: 1, timeoutMs: 1 } });
		});
		expect(changes).toMatchObject([
			{ kind: "change", name: "db", message: "db: readiness probe changes.", losesData: false },
			{
				kind: "recreate",
				name: "web",
				message: "web: image homerange/busybox:1 becomes homerange/web:1; command changes.",
				losesData: true,
			},
		]);
	});

	test("a router machine that comes takes the gateways, so everything on its networks is made again", () => {
		const changes = told((b) => {
			b.router = { image: "homerange/router:1" };
			const nics = b.networks.map(({ name, gateway }) => ({ network: name, ip: gateway, mac: "", isDefault: false }));
			b.machines.unshift({ ...machine(b, "db"), name: "router", role: "router", nics });
		});
		expect(changes.map(({ kind, part, name }) => `${kind} ${part} ${name}`)).toEqual([
			"recreate network lan",
			"recreate network dmz",
			"add router null",
			"add router router",
			"recreate machine db",
			"recreate machine web",
		]);
	});
});
