import { afterAll, beforeAll, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const blueprint = (o: { router: boolean; routes: string; extra?: boolean }) => `
blueprint: 1
name: routed
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24 }
${o.extra === true ? "  more: { subnet: 10.0.3.0/24 }" : ""}
routes: [${o.routes}]
${o.router ? "router: { image: homerange/router:1 }" : ""}
machines:
  a: { image: homerange/busybox:1, nics: [{ network: lan, ip: 10.0.1.10 }], command: [sleep, "100000"] }
  b:
    image: homerange/busybox:1
    nics: [{ network: dmz, ip: 10.0.2.10 }]
    command: [sh, -c, "httpd -p 80; exec sleep 100000"]
    ready: { tcp: 80, timeout: 30s }
`;
const there = "{ from: lan, to: dmz }";

let t: TestRanges;
beforeAll(async () => {
	t = await openTestRanges();
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

const source = (text: string) => ({ kind: "text" as const, file: "routed.yaml", text });
const update = async (o: Parameters<typeof blueprint>[0]) => {
	const request = { range: "routed-1", source: source(blueprint(o)), mayLoseData: true };
	await t.ended(t.ranges.update(request, "test"));
	expect(t.ranges.get("routed-1")).toMatchObject({ state: "running", reason: null, interrupted: null });
};
const machines = () => t.ranges.get("routed-1").machines.map(({ name }) => name);
const engineId = (name: string) => t.ranges.get("routed-1").machines.find((machine) => machine.name === name)?.engineId;

async function reaches(): Promise<boolean> {
	const { inner, containerId } = await t.ranges.locate("routed-1", "a");
	const command = ["sh", "-c", "echo | nc -w 2 10.0.2.10 80"];
	return (await runExec(inner, containerId, { command })).exitCode === 0;
}

test("routes change through a router that runs on", async () => {
	const [deployed] = await t.deploy(blueprint({ router: true, routes: there }));
	expect(deployed?.task.error).toBeNull();
	expect(await reaches()).toBe(true);
	const before = ["router", "a", "b"].map(engineId);
	await update({ router: true, routes: "" });
	expect(await reaches()).toBe(false);
	await update({ router: true, routes: there });
	expect(await reaches()).toBe(true);
	expect(["router", "a", "b"].map(engineId)).toEqual(before);
});

test("a network that comes makes the router again, and only it", async () => {
	const before = ["a", "b"].map(engineId);
	const router = engineId("router");
	await update({ router: true, routes: there, extra: true });
	expect(await reaches()).toBe(true);
	expect(["a", "b"].map(engineId)).toEqual(before);
	expect(engineId("router")).not.toBe(router);
});

test("a router that goes hands the gateways to the range's own kernel, and one that comes takes them", async () => {
	await update({ router: false, routes: there });
	expect(machines()).toEqual(["a", "b"]);
	expect(await reaches()).toBe(true);
	await update({ router: true, routes: there });
	expect(machines()).toEqual(["router", "a", "b"]);
	expect(await reaches()).toBe(true);
});
