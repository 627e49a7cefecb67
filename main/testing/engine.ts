import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import type { DockerEngine } from "../docker/engine.ts";
import { HostEngine } from "../docker/host-engine.ts";
import { silentLog } from "../log.ts";

/** Everything that a test makes carries this label with the test file's own run id. */
export const testLabel = "io.homerange.test";
/** The image of the DinDs that tests make. */
export const dindImage = process.env.HOMERANGE_DIND_IMAGE || "homerange/dind:28";
/** 2 MB: sh, httpd, nc, ping, wget. */
export const smallImage = "homerange/busybox:1";

/** The host's engine, as the product finds it. Fails with the product's own message when there is none. */
export async function connectTestEngine(): Promise<DockerEngine> {
	const host = new HostEngine({ env: process.env, homeFolder: homedir(), log: silentLog });
	try {
		return await host.ready();
	} finally {
		host.close();
	}
}

/** A name that no other run uses: "hrtest-<what>-<random>". */
export function uniqueName(what: string): string {
	return `hrtest-${what}-${randomBytes(4).toString("hex")}`;
}

/** Ids of what is left on the engine with this label ("key=value"): containers, volumes and networks. */
export async function leftovers(host: DockerEngine, label: string): Promise<string[]> {
	const filters = { label: [label] };
	const [containers, volumes, networks] = await Promise.all([
		host.api.listContainers({ all: true, filters }),
		host.api.listVolumes({ filters }),
		host.api.listNetworks({ filters }),
	]);
	return [
		...containers.map(({ Names: names }) => `container ${names[0]}`),
		...(volumes.Volumes ?? []).map(({ Name: name }) => `volume ${name}`),
		...networks.map(({ Name: name }) => `network ${name}`),
	];
}

/** What an installation's ranges have on the engine. The layer stores stay for the next range. */
export async function rangeLeftovers(host: DockerEngine, owner: string): Promise<string[]> {
	return (await leftovers(host, `io.homerange.owner=${owner}`)).filter(
		(object) => !object.includes("homerange-store-"),
	);
}

/** Removes what carries the label, for the end of a test file: a failed test must not leave its DinD running. */
export async function removeLabelled(host: DockerEngine, label: string): Promise<void> {
	const filters = { label: [label] };
	const containers = await host.api.listContainers({ all: true, filters });
	await Promise.all(containers.map(({ Id: id }) => host.api.getContainer(id).remove({ force: true, v: true })));
	const { Volumes: volumes } = await host.api.listVolumes({ filters });
	await Promise.all((volumes ?? []).map(({ Name: name }) => host.api.getVolume(name).remove()));
	const networks = await host.api.listNetworks({ filters });
	await Promise.all(networks.map(({ Id: id }) => host.api.getNetwork(id).remove()));
}
