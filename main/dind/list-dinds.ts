import type { DockerEngine } from "../docker/engine.ts";
import { abortable } from "./abortable.ts";
import type { IsolationProfileName } from "./isolation-profile.ts";
import { label } from "./names.ts";

/** A range's objects as the engine has them now. Any of them may be missing after a crash. */
export interface OwnDind {
	rangeId: string;
	rangeName: string;
	/** Null when only its network or volume is left. */
	container: string | null;
	containerId: string | null;
	state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead" | "absent";
	profile: IsolationProfileName | null;
	image: string | null;
	volume: string | null;
	network: string | null;
}

const states = ["created", "running", "paused", "restarting", "removing", "exited", "dead"] as const;

/** All ranges of this installation that have anything on the host engine, by label. */
export async function listOwnDinds(host: DockerEngine, owner: string, signal?: AbortSignal): Promise<OwnDind[]> {
	const filters = { label: [`${label.owner}=${owner}`, label.range] };
	const options = abortable({ filters }, signal);
	const [containers, volumes, networks] = await Promise.all([
		host.api.listContainers({ ...options, all: true }),
		host.api.listVolumes(options),
		host.api.listNetworks(options),
	]);
	const ranges = new Map<string, OwnDind>();
	const entry = (labels: Record<string, string> | undefined): OwnDind | null => {
		const rangeId = labels?.[label.range];
		if (!labels || !rangeId) return null;
		const found = ranges.get(rangeId) ?? absent(rangeId, labels);
		ranges.set(rangeId, found);
		return found;
	};
	for (const container of containers) {
		if (container.Labels[label.role] !== "dind") continue;
		const own = entry(container.Labels);
		if (!own) continue;
		own.container = container.Names[0]?.replace(/^\//, "") ?? container.Id;
		own.containerId = container.Id;
		own.state = states.find((state) => state === container.State) ?? "dead";
		own.profile = container.Labels[label.profile] === "unprivileged" ? "unprivileged" : "privileged";
		own.image = container.Labels[label.dindImage] ?? container.Image;
	}
	for (const volume of volumes.Volumes ?? []) {
		const own = entry(volume.Labels);
		if (own) own.volume = volume.Name;
	}
	for (const network of networks) {
		const own = entry(network.Labels);
		if (own) own.network = network.Name;
	}
	return [...ranges.values()];
}

function absent(rangeId: string, labels: Record<string, string>): OwnDind {
	return {
		rangeId,
		rangeName: labels[label.rangeName] ?? rangeId,
		container: null,
		containerId: null,
		state: "absent",
		profile: null,
		image: labels[label.dindImage] ?? null,
		volume: null,
		network: null,
	};
}
