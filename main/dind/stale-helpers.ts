import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { label } from "./names.ts";

/** Longer than any of them may run, on an engine of any speed. */
const staleAfterMs = 5 * 60_000;
const roles = ["helper", "trial"] as const;

/**
 * Removes short-lived containers (helpers on the engine's host, trials of a
 * profile) whose engine was killed before it could. They belong to no range, and
 * whichever installation made them has given them up after that time.
 */
export async function removeStaleHelpers(
	host: DockerEngine,
	signal: AbortSignal,
	olderThanMs = staleAfterMs,
): Promise<number> {
	const lists = await Promise.all(
		roles.map((role) =>
			host.api.listContainers({ all: true, filters: { label: [`${label.role}=${role}`] }, abortSignal: signal }),
		),
	);
	const edge = (Date.now() - olderThanMs) / 1000;
	const stale = lists.flat().filter((container) => container.Created < edge);
	await Promise.all(
		stale.map(async ({ Id: id }) => {
			try {
				await host.api.getContainer(id).remove({ force: true, v: true });
			} catch (error) {
				// Another engine cleans as well.
				if (!isNotFound(error) && !hasStatus(error, 409)) throw error;
			}
		}),
	);
	return stale.length;
}

/**
 * Ends the helpers with this label that still work on a volume. Their engine was killed, and they go on without it: who
 * takes its work up must not meet them.
 */
export async function endHelpersOn(
	host: DockerEngine,
	volume: string,
	labelled: string,
	signal: AbortSignal,
): Promise<void> {
	const filters = { volume: [volume], label: [`${label.role}=helper`, labelled] };
	const left = await host.api.listContainers({ all: true, filters, abortSignal: signal });
	await Promise.all(
		left.map(async ({ Id: id }) => {
			const container = host.api.getContainer(id);
			try {
				await container.remove({ force: true, v: true });
			} catch (error) {
				if (isNotFound(error)) return;
				// It is on its way out by itself; until it is gone it holds the volume.
				if (!hasStatus(error, 409)) throw error;
				const options: object = { condition: "removed", abortSignal: signal };
				await container.wait(options).catch((again: unknown) => {
					if (!isNotFound(again)) throw again;
				});
			}
		}),
	);
}
