import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { done, runGraph } from "./graph.ts";
import { type PlannedRange, planDeploy, planMachineStart, planStart, planStop, type RangeStep } from "./planner.ts";

const machine = (
	name: string,
	over: Partial<PlannedRange["machines"][number]> = {},
): PlannedRange["machines"][number] => ({
	name,
	provider: "docker",
	image: "homerange/busybox:1",
	nics: [{ network: "lan", ip: "10.0.1.10" }],
	dependsOn: [],
	ready: null,
	postBoot: [],
	...over,
});
const lan = { name: "lan", subnet: "10.0.1.0/24" };

const ranges: fc.Arbitrary<PlannedRange> = fc
	.array(
		fc.record({
			image: fc.constantFrom("a:1", "b:1", "c:1"),
			provider: fc.constantFrom("docker" as const, "libvirt" as const),
			networks: fc.array(fc.constantFrom("lan", "dmz"), { maxLength: 2 }),
			dependsOn: fc.array(fc.record({ at: fc.nat(12), ready: fc.boolean() }), { maxLength: 3 }),
		}),
		{ minLength: 1, maxLength: 12 },
	)
	.map((machines) => ({
		networks: [lan, { name: "dmz", subnet: "10.0.2.0/24" }],
		machines: machines.map((entry, at) =>
			machine(`m${at}`, {
				image: entry.image,
				provider: entry.provider,
				nics: entry.networks.map((network, n) => ({ network, ip: `10.0.${n + 1}.${at + 10}` })),
				dependsOn: entry.dependsOn
					.filter((dependency) => dependency.at < at)
					.map((dependency) => ({
						machine: `m${dependency.at}`,
						condition: dependency.ready ? ("ready" as const) : ("started" as const),
					})),
			}),
		),
	}));

async function orderOf(steps: RangeStep[]): Promise<string[]> {
	const ended: string[] = [];
	await runGraph(
		steps,
		async (step) => {
			ended.push(step.id);
			return done;
		},
		{
			concurrency: 4,
			signal: new AbortController().signal,
			observer: {
				begun: () => undefined,
				ended: () => undefined,
				failed: () => undefined,
				heldBack: () => undefined,
			},
		},
	);
	return ended;
}

describe("planDeploy", () => {
	test("is a graph that can be run, for every range", async () => {
		await fc.assert(
			fc.asyncProperty(ranges, async (range) => {
				const steps = planDeploy(range);
				const order = await orderOf(steps);
				expect(order).toHaveLength(steps.length);
				const at = (id: string) => order.indexOf(id);
				for (const { name, image, provider, dependsOn } of range.machines) {
					const source = provider === "libvirt" ? `disk:${image}` : `image:${image}`;
					expect(at(`create:${name}`)).toBeGreaterThan(at(source));
					expect(at(`start:${name}`)).toBeGreaterThan(at("filter"));
					expect(at(`start:${name}`)).toBeGreaterThan(at("wall"));
					for (const dependency of dependsOn) {
						const gate = dependency.condition === "ready" ? "ready" : "start";
						expect(at(`start:${name}`)).toBeGreaterThan(at(`${gate}:${dependency.machine}`));
					}
				}
			}),
			{ numRuns: 50 },
		);
	});

	test("sends each image once and looks for it on the host before there is a container", () => {
		const steps = planDeploy({ networks: [lan], machines: [machine("a"), machine("b")] });
		expect(steps.filter((step) => step.kind === "image")).toHaveLength(1);
		expect(steps.find((step) => step.kind === "host-image")?.after).toEqual([]);
	});

	test("a VM's disk goes to libvirt, and not into the range", () => {
		const steps = planDeploy({ networks: [lan], machines: [machine("a", { provider: "libvirt", image: "guest" })] });
		expect(steps.filter((step) => "image" in step).map(({ id }) => id)).toEqual(["disk:guest"]);
	});

	test("does not chain machines that do not depend on each other", () => {
		const machines = Array.from({ length: 12 }, (_, at) => machine(`m${at}`));
		const steps = planDeploy({ networks: [lan], machines });
		const byId = new Map(steps.map((step) => [step.id, step]));
		const depth = (id: string): number => 1 + Math.max(0, ...(byId.get(id)?.after ?? []).map(depth));
		expect(new Set(machines.map(({ name }) => depth(`ready:${name}`)))).toEqual(new Set([depth("ready:m0")]));
	});
});

test("planStart raises filter and wall before any machine and creates nothing", async () => {
	const order = await orderOf(
		planStart({ networks: [lan], machines: [machine("a"), machine("b")] }, new Set(["a", "b"])),
	);
	expect(order.indexOf("start:a")).toBeGreaterThan(order.indexOf("filter"));
	expect(order.indexOf("start:b")).toBeGreaterThan(order.indexOf("wall"));
	expect(order.filter((id) => id.startsWith("create:"))).toEqual([]);
});

test("planMachineStart leaves out dependencies that are not asked for", () => {
	const range = {
		networks: [lan],
		machines: [
			machine("db"),
			machine("web", { dependsOn: [{ machine: "db", condition: "ready" }] }),
			machine("proxy", { dependsOn: [{ machine: "web", condition: "started" }] }),
		],
	};
	const steps = planMachineStart(range, new Set(["web", "proxy"]));
	expect(steps.map(({ id, after }) => [id, after])).toEqual([
		["start:web", []],
		["ready:web", ["start:web"]],
		["start:proxy", ["start:web"]],
		["ready:proxy", ["start:proxy"]],
	]);
});

test("planStop stops dependents first and the container last", async () => {
	const order = await orderOf(
		planStop({
			networks: [lan],
			machines: [machine("db"), machine("web", { dependsOn: [{ machine: "db", condition: "ready" }] })],
		}),
	);
	expect(order).toEqual(["stop:web", "stop:db", "stop-container"]);
});
