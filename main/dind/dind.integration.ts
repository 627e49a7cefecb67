import { afterEach, beforeAll, expect, test } from "vitest";
import { newId } from "../db/new-id.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { connectTestEngine, dindImage, leftovers, smallImage, uniqueName } from "../testing/engine.ts";
import { runHostHelper } from "./host-helper.ts";
import {
	chooseOuterSubnet,
	chooseProfile,
	type DindSpec,
	ensureDind,
	ensureOuterNetwork,
	label,
	listOwnDinds,
	pauseDind,
	removeDind,
	removeStaleHelpers,
	startDind,
	stopDind,
	takenSubnets,
	waitForInnerEngine,
} from "./index.ts";

const owner = uniqueName("owner");
const pool = "172.31.208.0/20";
const avoid = ["10.0.1.0/24"];
let host: DockerEngine;

const left = () => leftovers(host, `${label.owner}=${owner}`);

async function specFor(rangeId: string): Promise<DindSpec> {
	const subnet = chooseOuterSubnet({ pool, avoid, taken: await takenSubnets(host, dindImage) });
	const limits = { cpus: 1, memoryBytes: 1024 ** 3 };
	const names = { owner, rangeId, rangeName: "dind-test", image: dindImage };
	return { ...names, ...limits, profile: "privileged", subnet, pool, avoid, store: null, hasInternet: false };
}

beforeAll(async () => {
	host = await connectTestEngine();
});
afterEach(async () => {
	const own = await listOwnDinds(host, owner);
	await Promise.all(own.map(({ rangeId }) => removeDind(host, rangeId)));
});

test("a range's container lives its whole life, step by step and twice over", async () => {
	const rangeId = newId();
	const spec = await specFor(rangeId);
	const dind = await ensureDind(host, spec);
	expect(await ensureDind(host, spec)).toMatchObject({ container: dind.container, subnet: dind.subnet });
	expect(await listOwnDinds(host, owner)).toMatchObject([
		{ rangeId, state: "created", container: dind.container, volume: dind.volume, network: dind.network },
	]);

	await startDind(host, dind);
	await startDind(host, dind);
	await waitForInnerEngine(host, dind);
	const { stdout } = await runExec(host, dind.container, {
		command: ["sh", "-c", "ss -ltn; docker info -f '{{.Driver}}'"],
	});
	expect(stdout).toContain("overlay2");
	expect(stdout).not.toMatch(/(?:0\.0\.0\.0|\*|\[::\]):\d+/);

	await pauseDind(host, dind);
	await pauseDind(host, dind);
	expect(await listOwnDinds(host, owner)).toMatchObject([{ state: "paused" }]);
	await stopDind(host, dind, 30);
	await stopDind(host, dind, 30);
	expect(await listOwnDinds(host, owner)).toMatchObject([{ state: "exited" }]);

	await startDind(host, dind);
	await pauseDind(host, dind);
	await removeDind(host, rangeId);
	await removeDind(host, rangeId);
	expect(await left()).toEqual([]);
});

test("ten ranges that want the same subnet at once each get their own", async () => {
	const base = await specFor(newId());
	const specs = Array.from({ length: 10 }, (_, n) => ({
		...base,
		rangeId: newId(),
		rangeName: `race-${n}`,
	}));
	const placed = await Promise.all(specs.map((spec) => ensureOuterNetwork(host, spec)));
	expect(new Set(placed.map(({ subnet }) => subnet)).size).toBe(10);
	expect(await ensureOuterNetwork(host, specs[3] ?? base)).toEqual(placed[3]);
});

test("the image has no program by which a user becomes root", async () => {
	const script = "find / -xdev -type f -perm /6000 2>/dev/null; echo done";
	const { output } = await runHostHelper(host, { image: dindImage, script });
	expect(output.trim()).toBe("done");
});

test("a container that ends before its engine answers is reported at once, with its last words", async () => {
	const rangeId = newId();
	const dind = await ensureDind(host, await specFor(rangeId));
	await host.api.getContainer(dind.container).remove({ force: true });
	const broken = await host.api.createContainer({
		name: dind.container,
		Image: smallImage,
		Cmd: ["sh", "-c", "echo last words; exit 3"],
		Labels: { [label.range]: rangeId },
	});
	await broken.start();
	await expect(waitForInnerEngine(host, dind)).rejects.toMatchObject({
		code: "ENGINE_REFUSED",
		message: expect.stringContaining("exit code 3"),
		detail: expect.stringContaining("last words"),
	});
});

test("auto tries the unprivileged profile and leaves nothing of the trial", async () => {
	const trials = () => leftovers(host, `${label.role}=trial`);
	const anonymous = async () => {
		const { Volumes: volumes } = await host.api.listVolumes({ filters: { dangling: ["true"] } });
		return (volumes ?? []).map(({ Name: name }) => name).filter((name) => /^[0-9a-f]{64}$/.test(name));
	};
	const before = await anonymous();
	const choice = await chooseProfile(host, "auto", dindImage);
	expect(choice.profile).toMatch(/privileged/);
	expect(choice.reason).toMatch(/unprivileged profile (works|does not work)/);
	expect(await chooseProfile(host, "auto", smallImage)).toMatchObject({ profile: "privileged" });
	expect(await trials()).toEqual([]);
	expect((await anonymous()).filter((name) => !before.includes(name))).toEqual([]);
});

test("what a killed engine left in the middle of a trial is removed once it is old", async () => {
	const signal = AbortSignal.timeout(30_000);
	const left = await host.api.createContainer({ Image: smallImage, Labels: { [label.role]: "trial" } });
	await removeStaleHelpers(host, signal);
	await left.inspect();
	// Seconds ahead: everything is old.
	expect(await removeStaleHelpers(host, signal, -60_000)).toBeGreaterThan(0);
	await expect(left.inspect()).rejects.toThrow(/no such container/i);
});
