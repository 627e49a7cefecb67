import { HomerangeError } from "../../contract/errors.ts";
import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { lowerHostWall } from "../filter/host-wall.ts";
import { abortable } from "./abortable.ts";
import { label } from "./names.ts";

/**
 * Removes everything that a range has on the host engine, by label: its container, then at once its volume, its
 * wall and its network. Idempotent; a run that was cut off is finished by the next.
 */
export async function removeDind(host: DockerEngine, rangeId: string, signal?: AbortSignal): Promise<void> {
	const filters = { label: [`${label.range}=${rangeId}`] };
	const options = abortable({ filters }, signal);
	const [containers, volumes, networks] = await Promise.all([
		host.api.listContainers({ ...options, all: true }),
		host.api.listVolumes(options),
		host.api.listNetworks(options),
	]);
	await Promise.all(containers.map(({ Id, State }) => removeContainer(host, Id, State, signal)));
	await Promise.all([
		...(volumes.Volumes ?? []).map(({ Name }) => removeVolume(host, Name, signal)),
		...networks.map(async ({ Id, Labels }) => {
			// The network goes last: it is the witness that a wall may still stand.
			const image = Labels?.[label.dindImage];
			if (image) await lowerHostWall(host, { rangeId, image }, signal);
			await unlessGone(host.api.getNetwork(Id).remove(abortable({}, signal)));
		}),
	]);
}

async function removeContainer(host: DockerEngine, id: string, state: string, signal?: AbortSignal): Promise<void> {
	const container = host.api.getContainer(id);
	// Killing a frozen container with live shims inside can wedge the outer engine: wake it first.
	if (state === "paused") await unlessGone(container.unpause(abortable({}, signal)));
	try {
		await unlessGone(container.remove(abortable({ force: true, v: true }, signal)));
	} catch (error) {
		// Someone else is removing it: wait for that to end, or the volume would still be in use.
		if (!hasStatus(error, 409)) throw error;
		await unlessGone(container.wait(abortable({ condition: "removed" as const }, signal)));
	}
}

/** How often a volume is found in the hands of yet another helper. */
const mostReaders = 5;

async function removeVolume(host: DockerEngine, name: string, signal?: AbortSignal): Promise<void> {
	for (let turn = 1; ; turn++) {
		try {
			await unlessGone(host.api.getVolume(name).remove(abortable({}, signal)));
			return;
		} catch (error) {
			// A helper of ours may be counting what is in it, and ends soon. Whoever else holds it is told.
			const isHeld = hasStatus(error, 409) && turn < mostReaders;
			if (!isHeld || !(await helpersEnded(host, name, signal))) throw error;
		}
	}
}

/** Waits for the helpers that hold a volume, and ends what will not end by itself; false when others hold it. */
async function helpersEnded(host: DockerEngine, volume: string, signal?: AbortSignal): Promise<boolean> {
	const filters = { volume: [volume] };
	const holders = await host.api.listContainers(abortable({ all: true, filters }, signal));
	if (holders.some(({ Labels }) => Labels[label.role] !== "helper")) return false;
	const ended = abortable({ condition: "removed" as const }, signal);
	await Promise.all(
		holders.map(async ({ Id, State: state }) => {
			// Its engine was killed before it started it, or somebody froze it.
			if (state === "created" || state === "paused") await removeContainer(host, Id, state, signal);
			else await unlessGone(host.api.getContainer(Id).wait(ended));
		}),
	);
	return true;
}

async function unlessGone(action: Promise<unknown>): Promise<void> {
	try {
		await action;
	} catch (error) {
		if (isNotFound(error)) return;
		if (error instanceof HomerangeError && /removal .* already in progress|is not paused/i.test(error.message)) {
			if (!/already in progress/i.test(error.message)) return;
		}
		throw error;
	}
}
