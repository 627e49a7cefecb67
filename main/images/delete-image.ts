import { HomerangeError } from "../../contract/errors.ts";
import type { DeletedImage, DeleteImageRequest, ImageUser } from "../../contract/images.ts";
import { hasStatus, isNotFound } from "../docker/api-errors.ts";
import { removeImage } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { readClaims } from "./claims.ts";
import { findImage, type ImageScene, type ListParts, readScene } from "./image-list.ts";
import type { HostImage } from "./inventory.ts";
import { freedBytes } from "./layers.ts";
import { describeUsers, ImageUsers } from "./users.ts";

/** Removes an image, from the engine too. Errors: `IN_USE` with the names of its users, `IMAGE_NOT_FOUND`. */
export async function deleteImage(
	parts: ListParts,
	{ image: name, force }: DeleteImageRequest,
	signal?: AbortSignal,
): Promise<DeletedImage> {
	const disk = parts.pool.find(name);
	if (disk !== null) {
		// Disks can be deleted while Docker is away.
		refuseUsed(name, new ImageUsers(readClaims(parts.deps), []).ofDisk(disk), force);
		const problem = await parts.pool.problem(disk);
		await parts.pool.remove(disk);
		return { removed: [disk.name], freedBytes: problem === null ? disk.sizeBytes : 0, note: problem };
	}
	const host = await parts.deps.host.ready(signal);
	const scene = await readScene(parts, host, signal);
	let found: ReturnType<typeof findImage>;
	try {
		found = findImage(scene, name);
	} catch (error) {
		// Removed behind our back: what is left of it is our note.
		if (error instanceof HomerangeError && error.code === "IMAGE_NOT_FOUND" && parts.records.forget(name)) {
			return { removed: [], freedBytes: 0, note: "Somebody had removed it from the Docker Engine before." };
		}
		throw error;
	}
	if (found.kind === "disk") throw new Error("a disk came into the pool meanwhile");
	return await removeContainerImage(parts, host, scene, { ...found, name, force });
}

interface Removal {
	image: HostImage;
	/** Only this name; null: the image with all its names. */
	reference: string | null;
	name: string;
	force: boolean;
}

/** Takes one name or all names off an image; its bytes go with the last one. */
export async function removeContainerImage(
	parts: ListParts,
	host: DockerEngine,
	scene: ImageScene,
	{ image, reference, name, force }: Removal,
): Promise<DeletedImage> {
	const isLast = reference === null || image.references.length <= 1;
	refuseUsed(name, isLast ? scene.users.ofImage(image) : scene.users.ofReference(reference), force);
	const targets = reference !== null ? [reference] : image.references.length > 0 ? image.references : [image.id];
	const removed: string[] = [];
	for (const target of targets) {
		try {
			await removeImage(host.api, target, { force: false });
			removed.push(target);
		} catch (error) {
			if (hasStatus(error, 409)) throw stillNeeded(name, error);
			if (!isNotFound(error)) throw error;
		}
		parts.records.forget(target);
	}
	return {
		removed,
		freedBytes: isLast && removed.length > 0 ? freedBytes(scene.images, new Set([image.id])) : 0,
		note: removed.length === 0 ? "Somebody had removed it from the Docker Engine before." : null,
	};
}

function refuseUsed(name: string, users: readonly ImageUser[], force: boolean): void {
	const inTheWay = force ? users.filter((user) => user.kind !== "template") : users;
	if (inTheWay.length === 0) return;
	const onlyTemplates = inTheWay.every((user) => user.kind === "template");
	throw new HomerangeError("IN_USE", `${name} is used by ${describeUsers(inTheWay)}.`, {
		place: name,
		remedy: onlyTemplates
			? "Delete the templates first, or force it: they then name an image that is missing."
			: "Destroy or delete what uses it first.",
	});
}

/** The engine's own knowledge: containers of a moment ago, images that were built on top. */
function stillNeeded(name: string, error: unknown): HomerangeError {
	const reason = error instanceof Error ? error.message : String(error);
	return new HomerangeError("IN_USE", `The Docker Engine keeps ${name}: ${reason}`, {
		place: name,
		remedy: "Remove what uses it first: a container, or an image that was built on top of it.",
		cause: error,
	});
}
