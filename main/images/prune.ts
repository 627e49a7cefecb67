import { toErrorInfo } from "../../contract/errors.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { PruneImagesRequest, PrunePlan } from "../../contract/images.ts";
import { label } from "../dind/names.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { removeContainerImage } from "./delete-image.ts";
import { type ImageScene, type ListParts, lastUsedOf, readScene } from "./image-list.ts";
import { freedBytes } from "./layers.ts";
import { canonicalReference } from "./reference.ts";

type Candidate = PrunePlan["images"][number];

/**
 * What nothing stands on. An engine holds images of other programs, too: those that Homerange never brought in or used
 * are left out unless `all` asks for them.
 */
export function planPrune(scene: ImageScene, { all, only }: Pick<PruneImagesRequest, "all" | "only">): PrunePlan {
	const wanted = only === undefined ? null : new Set(only.flatMap((name) => [name, canonicalReference(name)]));
	const isWanted = (...names: string[]) => wanted === null || names.some((name) => wanted.has(name));
	const going = scene.images.filter((image) => {
		if (scene.users.ofImage(image).length > 0) return false;
		// Snapshots look after their own images, also while they are being made, and those of other data folders.
		if (image.facts.labels[label.role] === "snapshot") return false;
		if (lastUsedOf(image, scene) === null && !all) return false;
		return isWanted(image.id, ...image.references, ...image.references.map(canonicalReference));
	});
	const disks = scene.disks.filter((disk) => scene.users.ofDisk(disk).length === 0 && isWanted(disk.name));
	const images: Candidate[] = [
		...going.map((image) => ({
			kind: "container" as const,
			name: image.references[0] ?? image.id,
			sizeBytes: image.sizeBytes,
			lastUsed: lastUsedOf(image, scene),
		})),
		...disks.map(({ name, sizeBytes, lastUsed }) => ({ kind: "disk" as const, name, sizeBytes, lastUsed })),
	];
	const freed = freedBytes(scene.images, new Set(going.map((image) => image.id)));
	return { images, freedBytes: freed + disks.reduce((sum, disk) => sum + disk.sizeBytes, 0) };
}

/** Carries out a plan, one image after the other; each is looked at again, since somebody may use it by now. */
export async function runPrune(
	parts: ListParts,
	plan: PrunePlan,
	request: Pick<PruneImagesRequest, "all">,
	task: TaskRun,
): Promise<void> {
	task.plan(plan.images.map(({ name }) => ({ id: name, title: `Remove ${name}` })));
	const failures: unknown[] = [];
	for (const { name } of plan.images) {
		task.signal.throwIfAborted();
		task.start(name);
		try {
			const freed = await removeUnused(parts, name, request, task.signal);
			if (freed === null) task.skip(name, "something uses it by now, or it is gone");
			else task.done(name, `${formatBytes(freed)} freed`);
		} catch (error) {
			task.signal.throwIfAborted();
			// One that the engine keeps does not save the others.
			task.fail(name, toErrorInfo(error).message);
			failures.push(error);
		}
	}
	if (failures.length > 0) throw failures[0];
}

async function removeUnused(
	parts: ListParts,
	name: string,
	{ all }: Pick<PruneImagesRequest, "all">,
	signal: AbortSignal,
): Promise<number | null> {
	const host = await parts.deps.host.ready(signal);
	const scene = await readScene(parts, host, signal);
	const plan = planPrune(scene, { all, only: [name] });
	if (plan.images.length === 0) return null;
	const disk = scene.disks.find((one) => one.name === name);
	if (disk !== undefined) {
		await parts.pool.remove(disk);
		return disk.sizeBytes;
	}
	const image = scene.images.find((one) => one.id === name || one.references[0] === name);
	if (image === undefined) return null;
	return (await removeContainerImage(parts, host, scene, { image, reference: null, name, force: false })).freedBytes;
}
