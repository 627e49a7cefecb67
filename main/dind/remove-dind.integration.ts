import { afterAll, beforeAll, expect, test } from "vitest";
import type { DockerEngine } from "../docker/engine.ts";
import { connectTestEngine, leftovers, removeLabelled } from "../testing/engine.ts";
import { label } from "./names.ts";
import { removeDind } from "./remove-dind.ts";

const rangeId = `remove-test-${process.pid}`;
const volume = `${rangeId}-data`;
const ofRange = `${label.range}=${rangeId}`;

let host: DockerEngine;
beforeAll(async () => {
	host = await connectTestEngine();
});
afterAll(async () => {
	await removeLabelled(host, ofRange);
});

/** A container that holds the volume for a moment, as a helper that counts what is in it. */
async function hold(role: string, autoRemove: boolean): Promise<string> {
	const container = await host.api.createContainer({
		Image: "homerange/busybox:1",
		Entrypoint: ["sleep", autoRemove ? "2" : "1000"],
		Labels: { [label.role]: role },
		HostConfig: { AutoRemove: autoRemove, Mounts: [{ Type: "volume", Source: volume, Target: "/volume" }] },
	});
	await container.start();
	return container.id;
}

test("a volume that a helper looks at is removed after it", async () => {
	await host.api.createVolume({ Name: volume, Labels: { [label.range]: rangeId } });
	await hold("helper", true);
	await removeDind(host, rangeId, AbortSignal.timeout(60_000));
	expect(await leftovers(host, ofRange)).toEqual([]);
});

test("a volume that somebody else holds is told", async () => {
	await host.api.createVolume({ Name: volume, Labels: { [label.range]: rangeId } });
	const other = await hold("of somebody else", false);
	await expect(removeDind(host, rangeId, AbortSignal.timeout(60_000))).rejects.toThrow("in use");
	await host.api.getContainer(other).remove({ force: true });
});
