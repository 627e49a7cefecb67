import { afterAll, beforeAll, expect, test } from "vitest";
import type { ResolvedMachine } from "../../blueprint/index.ts";
import type { DockerEngine, InnerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import { transferImage } from "../../docker/images.ts";
import { connectInnerEngine } from "../../docker/inner-engine.ts";
import { startTestDind, type TestDind } from "../../testing/dind.ts";
import { connectTestEngine, smallImage } from "../../testing/engine.ts";
import { DockerProvider } from "./docker-provider.ts";

const machine: ResolvedMachine = {
	name: "web",
	hostname: "web",
	role: "machine",
	provider: "docker",
	os: null,
	source: { kind: "image", name: smallImage },
	image: smallImage,
	nics: [
		{ network: "zone", ip: "10.0.1.10", mac: "02:42:0a:00:01:77", isDefault: false },
		{ network: "area", ip: "10.0.2.10", mac: "02:42:0a:00:02:77", isDefault: false },
		{ network: "best", ip: "10.0.3.10", mac: "02:42:0a:00:03:77", isDefault: true },
	],
	cpus: null,
	memoryBytes: null,
	diskBytes: null,
	command: ["sleep", "100000"],
	environment: {},
	files: [],
	postBoot: [],
	ready: null,
	dependsOn: [],
	vncPort: null,
	serial: false,
	labels: {},
};
const never = new AbortController().signal;

let host: DockerEngine;
let dind: TestDind;
let inner: InnerEngine;

beforeAll(async () => {
	host = await connectTestEngine();
	dind = await startTestDind(host);
	inner = await connectInnerEngine(host, dind.container, "the test's DinD");
	await transferImage(host, inner, smallImage);
	for (const [at, { network }] of machine.nics.entries()) {
		const IPAM = { Config: [{ Subnet: `10.0.${at + 1}.0/24`, Gateway: `10.0.${at + 1}.1` }] };
		await inner.api.createNetwork({ Name: network, IPAM });
	}
});
afterAll(async () => {
	inner.close();
	await dind.remove();
});

test("an engine that cannot be told order, MACs and default route gets them right after each start", async () => {
	const provider = new DockerProvider({
		extraHosts: () => [],
		// What such an engine says of itself decides what it is asked for.
		inner: { ...inner, apiVersion: "1.41" },
		site: { host, container: dind.container, enterNetns: (command) => dind.enterNetns(command) },
		range: { owner: "test", rangeId: "test", rangeName: "test" },
		gateways: new Map(machine.nics.map(({ network }, at) => [network, `10.0.${at + 1}.1`])),
		limits: { perMachine: true, reason: null },
		attachRouter: async () => undefined,
		fileSources: () => new Map(),
	});
	const engineId = await provider.create(machine, never);
	await provider.start(machine, engineId, never);
	const script = `for n in 0 1 2; do echo "$(ip -o -4 addr show eth$n | awk '{print $4}') $(cat /sys/class/net/eth$n/address)"; done
		ip route | awk '/^default/ {print $3, $5}'`;
	const inside = async () =>
		(await runExec(inner, engineId, { command: ["sh", "-c", script] })).stdout.trim().split("\n");
	const exact = [
		"10.0.1.10/24 02:42:0a:00:01:77",
		"10.0.2.10/24 02:42:0a:00:02:77",
		"10.0.3.10/24 02:42:0a:00:03:77",
		"10.0.3.1 eth2",
	];
	expect(await inside()).toEqual(exact);
	await provider.restart(machine, engineId, 0, never);
	expect(await inside()).toEqual(exact);
});
