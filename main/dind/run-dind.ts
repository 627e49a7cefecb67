import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { abortable } from "./abortable.ts";
import type { Dind } from "./dind.ts";

type Named = Pick<Dind, "container">;

/** 304: it is so already. */
async function unlessAlready(action: Promise<unknown>): Promise<void> {
	try {
		await action;
	} catch (error) {
		if (!hasStatus(error, 304)) throw error;
	}
}

/** Starts the container, or wakes it when it is paused. Does not wait for the inner engine. */
export async function startDind(host: DockerEngine, dind: Named, signal?: AbortSignal): Promise<void> {
	await unpauseDind(host, dind, signal);
	await unlessAlready(host.api.getContainer(dind.container).start(abortable({}, signal)));
}

/**
 * Stops the container: the inner engine gets the grace to end its machines and itself, then it is killed. A paused
 * container is woken first, because a frozen engine hears no signal and its kill can wedge the outer engine.
 */
export async function stopDind(
	host: DockerEngine,
	dind: Named,
	graceSeconds: number,
	signal?: AbortSignal,
): Promise<void> {
	await unpauseDind(host, dind, signal);
	await unlessAlready(host.api.getContainer(dind.container).stop(abortable({ t: graceSeconds }, signal)));
}

/** Freezes every process of the range. Idempotent. */
export async function pauseDind(host: DockerEngine, dind: Named, signal?: AbortSignal): Promise<void> {
	if (await isPaused(host, dind, signal)) return;
	await host.api.getContainer(dind.container).pause(abortable({}, signal));
}

/** Wakes a paused range; does nothing to any other. */
export async function unpauseDind(host: DockerEngine, dind: Named, signal?: AbortSignal): Promise<void> {
	if (!(await isPaused(host, dind, signal))) return;
	await host.api.getContainer(dind.container).unpause(abortable({}, signal));
}

async function isPaused(host: DockerEngine, dind: Named, signal?: AbortSignal): Promise<boolean> {
	try {
		return (await host.api.getContainer(dind.container).inspect(abortable({}, signal))).State.Paused;
	} catch (error) {
		if (isNotFound(error)) return false;
		throw error;
	}
}
