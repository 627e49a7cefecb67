import { createHash } from "node:crypto";
import { type IsolationProfileName, label } from "../dind/index.ts";
import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";

/** What decides whether ranges can share layers: the same inner engine, the same map of user ids, the same owner. */
export interface StoreKey {
	readonly owner: string;
	/** Image of the ranges' containers: its reference, for helpers, and its id, which is the generation. */
	readonly dindImage: string;
	readonly dindImageId: string;
	readonly profile: IsolationProfileName;
}

/** `epoch` counts the stores that were given up because something in them was not what it had been. */
export function storeVolumeName(key: StoreKey, epoch: number): string {
	const identity = [key.owner, key.dindImageId, key.profile, String(epoch)].join("\n");
	return `homerange-store-${createHash("sha256").update(identity).digest("hex").slice(0, 16)}`;
}

/** Makes the volume when it is missing. */
export async function ensureStoreVolume(host: DockerEngine, key: StoreKey, volume: string): Promise<void> {
	await host.api.createVolume({
		Name: volume,
		Driver: "local",
		Labels: {
			[label.owner]: key.owner,
			[label.role]: "store",
			[label.store]: volume,
			[label.profile]: key.profile,
			[label.dindImage]: key.dindImage,
		},
	});
}

export async function storeVolumeExists(host: DockerEngine, volume: string, signal: AbortSignal): Promise<boolean> {
	const { Volumes: volumes } = await host.api.listVolumes({ filters: { name: [volume] }, abortSignal: signal });
	return (volumes ?? []).some(({ Name }) => Name === volume);
}

export interface StoreVolume {
	readonly volume: string;
	readonly profile: IsolationProfileName;
	readonly dindImage: string;
	/** Containers that hold it, running or not: ranges', a seed's, a helper's. */
	readonly users: readonly string[];
}

/** All stores of an installation on this engine. */
export async function listStoreVolumes(host: DockerEngine, owner: string, signal: AbortSignal): Promise<StoreVolume[]> {
	const filters = { label: [`${label.owner}=${owner}`, `${label.role}=store`] };
	const { Volumes: volumes } = await host.api.listVolumes({ filters, abortSignal: signal });
	return await Promise.all(
		(volumes ?? []).map(async ({ Name: volume, Labels: labels }) => {
			const holders = await host.api.listContainers({ all: true, filters: { volume: [volume] }, abortSignal: signal });
			return {
				volume,
				profile: labels?.[label.profile] === "unprivileged" ? ("unprivileged" as const) : ("privileged" as const),
				dindImage: labels?.[label.dindImage] ?? "",
				users: holders.map(({ Names, Id }) => Names[0]?.replace(/^\//, "") ?? Id),
			};
		}),
	);
}

/** Removes a store that no container holds; false when one does: the engine itself says so, also after a crash. */
export async function removeStoreVolume(host: DockerEngine, volume: string, signal: AbortSignal): Promise<boolean> {
	const options: object = { abortSignal: signal };
	try {
		await host.api.getVolume(volume).remove(options);
		return true;
	} catch (error) {
		if (isNotFound(error)) return true;
		if (hasStatus(error, 409)) return false;
		throw error;
	}
}
