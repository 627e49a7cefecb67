import { z } from "zod";
import { label } from "../dind/index.ts";
import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";

const repository = "homerange/snapshot";
const reference = /^homerange\/snapshot:([a-z2-7]{20})$/;
const listAnswer = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

/** Label of a snapshot's image with the snapshot's id. */
const snapshotLabel = "io.homerange.snapshot";

export const snapshotImage = (id: string): string => `${repository}:${id}`;

export const snapshotRepository = repository;

/**
 * A saved machine's image carries whose it is, so that a half-made one is found later. The labels of the machine that
 * it was are taken back: the image belongs to no range any more.
 */
export function snapshotLabels(owner: string, id: string): Record<string, string> {
	return {
		[label.owner]: owner,
		[label.role]: "snapshot",
		[label.range]: "",
		[label.rangeName]: "",
		"io.homerange.machine": "",
		[snapshotLabel]: id,
	};
}

/** Ids of the snapshots whose images an engine holds; with an owner, only that installation's. */
export async function heldSnapshots(
	engine: DockerEngine,
	signal: AbortSignal,
	owner: string | null = null,
): Promise<Set<string>> {
	const filters = {
		reference: [repository],
		...(owner === null ? {} : { label: [`${label.owner}=${owner}`, `${label.role}=snapshot`] }),
	};
	const options: object = { filters, abortSignal: signal };
	const images = listAnswer.parse(await engine.api.listImages(options));
	const ids = images.flatMap(({ RepoTags: tags }) => (tags ?? []).map((tag) => reference.exec(tag)?.[1] ?? ""));
	return new Set(ids.filter((id) => id !== ""));
}

/** Takes a snapshot's image away. False when something still runs from it. */
export async function removeSnapshotImage(engine: DockerEngine, id: string, signal?: AbortSignal): Promise<boolean> {
	const options: object = { abortSignal: signal };
	try {
		await engine.api.getImage(snapshotImage(id)).remove(options);
		return true;
	} catch (error) {
		if (isNotFound(error)) return true;
		if (hasStatus(error, 409)) return false;
		throw error;
	}
}
