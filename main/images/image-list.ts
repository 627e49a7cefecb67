import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { ContainerImage, DiskImage, ImageDetail, ImageList, MissingImage } from "../../contract/images.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { readClaims } from "./claims.ts";
import type { ImagesDeps } from "./deps.ts";
import { type Disk, type DiskPool, noDisk } from "./disks/disk-pool.ts";
import { type HostImage, hostContainers, type Inventory } from "./inventory.ts";
import { holders, ownBytes } from "./layers.ts";
import type { ImageRecords } from "./records.ts";
import { canonicalReference } from "./reference.ts";
import { describeUsers, ImageUsers } from "./users.ts";

/** Everything that lists, deletes and plans look at, read at one moment. */
export interface ImageScene {
	readonly images: readonly HostImage[];
	readonly disks: readonly Disk[];
	readonly users: ImageUsers;
	readonly lastUsed: ReadonlyMap<string, string>;
}

export interface ListParts {
	readonly deps: ImagesDeps;
	readonly inventory: Inventory;
	readonly records: ImageRecords;
	readonly pool: DiskPool;
}

export type FoundImage =
	| { kind: "container"; image: HostImage; reference: string | null }
	| { kind: "disk"; disk: Disk };

/** Errors: those of the engine. */
export async function readScene(parts: ListParts, host: DockerEngine, signal?: AbortSignal): Promise<ImageScene> {
	const [images, containers] = await Promise.all([parts.inventory.images(host, signal), hostContainers(host, signal)]);
	const users = new ImageUsers(readClaims(parts.deps), containers);
	return { images, disks: parts.pool.list(), users, lastUsed: parts.records.lastUsed() };
}

/** Disk images also without an engine; then it says why the others are not in the list. */
export async function listImages(parts: ListParts, signal?: AbortSignal): Promise<ImageList> {
	try {
		const scene = await readScene(parts, await parts.deps.host.ready(signal), signal);
		const counts = holders(scene.images);
		const containers = scene.images.map((image) => toContainerImage(image, scene, counts));
		return {
			images: [...containers.sort(byName), ...(await diskImages(parts, scene))],
			missing: missingImages(scene),
			engineProblem: null,
		};
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code !== "ENGINE_UNREACHABLE") throw error;
		const users = new ImageUsers(readClaims(parts.deps), []);
		const scene = { images: [], disks: parts.pool.list(), users, lastUsed: new Map<string, string>() };
		return { images: await diskImages(parts, scene), missing: [], engineProblem: toErrorInfo(error) };
	}
}

export async function showImage(parts: ListParts, name: string, signal?: AbortSignal): Promise<ImageDetail> {
	const disk = parts.pool.find(name);
	if (disk !== null) {
		const users = new ImageUsers(readClaims(parts.deps), []);
		return await toDiskImage(parts.pool, disk, users);
	}
	const scene = await readScene(parts, await parts.deps.host.ready(signal), signal);
	const found = findImage(scene, name);
	if (found.kind === "disk") return await toDiskImage(parts.pool, found.disk, scene.users);
	const { image } = found;
	const counts = holders(scene.images);
	const { entrypoint, command, environment, exposedPorts, user, workingFolder, labels } = image.facts;
	return {
		...toContainerImage(image, scene, counts),
		config: { entrypoint, command, environment, exposedPorts, user, workingFolder, labels },
		layers: image.layers.map(({ chainId, sizeBytes }) => ({
			chainId,
			sizeBytes,
			sharedWith: (counts.get(chainId) ?? 1) - 1,
		})),
	};
}

/**
 * The image that a person means: a disk by its name; a container image by a reference, by its id, or by the beginning
 * of its id. Errors: `IMAGE_NOT_FOUND`, in other words when it was there once; `INPUT_INVALID` for half an id of two.
 */
export function findImage(scene: ImageScene, name: string): FoundImage {
	const disk = scene.disks.find((one) => one.name === name);
	if (disk !== undefined) return { kind: "disk", disk };
	const canonical = canonicalReference(name);
	for (const image of scene.images) {
		const reference = image.references.find((one) => canonicalReference(one) === canonical);
		if (reference !== undefined) return { kind: "container", image, reference };
		// A digest means the image, not one of its names.
		if (image.digests.some((one) => canonicalReference(one) === canonical)) {
			return { kind: "container", image, reference: null };
		}
	}
	const beginning = /^(?:sha256:)?([0-9a-f]{6,64})$/.exec(name)?.[1];
	if (beginning !== undefined) {
		const matching = scene.images.filter((image) => image.id.startsWith(`sha256:${beginning}`));
		if (matching.length > 1) {
			throw new HomerangeError("INPUT_INVALID", `${name} is the beginning of ${matching.length} images' ids.`, {
				place: name,
				remedy: "Give more of it.",
			});
		}
		if (matching[0] !== undefined) return { kind: "container", image: matching[0], reference: null };
	}
	const used = scene.users.ofReference(name);
	if (scene.lastUsed.has(canonical) || used.length > 0) {
		throw new HomerangeError("IMAGE_NOT_FOUND", `${name} is no longer on the Docker Engine: somebody removed it.`, {
			place: name,
			remedy: "Pull it, or import it again.",
			detail: used.length > 0 ? `it is used by ${describeUsers(used)}` : null,
		});
	}
	throw noDisk(name);
}

export function toContainerImage(
	image: HostImage,
	scene: ImageScene,
	counts: ReadonlyMap<string, number>,
): ContainerImage {
	const { id, references, sizeBytes, facts } = image;
	const own = ownBytes(image, counts);
	return {
		kind: "container",
		id,
		references: [...references],
		sizeBytes,
		ownBytes: own,
		sharedBytes: sizeBytes - own,
		architecture: facts.architecture,
		os: facts.os,
		createdAt: facts.createdAt,
		usedBy: scene.users.ofImage(image),
		lastUsed: lastUsedOf(image, scene),
	};
}

/** The newest use under any of its names. */
export function lastUsedOf(image: HostImage, { lastUsed }: ImageScene): string | null {
	const times = [image.id, ...image.references.map(canonicalReference)].flatMap((name) => lastUsed.get(name) ?? []);
	return times.sort().at(-1) ?? null;
}

function missingImages({ images, disks, users }: ImageScene): MissingImage[] {
	const missing = users.missing(images, new Set(disks.map((disk) => disk.name)));
	return [...missing].map(([reference, usedBy]) => ({
		reference,
		usedBy,
		message: `${reference} is not here; it is used by ${describeUsers(usedBy)}.`,
	}));
}

async function diskImages({ pool }: ListParts, { disks, users }: ImageScene): Promise<DiskImage[]> {
	return await Promise.all(disks.map((disk) => toDiskImage(pool, disk, users)));
}

async function toDiskImage(pool: DiskPool, disk: Disk, users: ImageUsers): Promise<DiskImage> {
	const { file: _file, ...told } = disk;
	return { kind: "disk", ...told, usedBy: users.ofDisk(disk), problem: await pool.problem(disk) };
}

function byName(a: ContainerImage, b: ContainerImage): number {
	// What has no name comes last.
	const [left, right] = [a.references[0] ?? "\uffff", b.references[0] ?? "\uffff"];
	return left < right ? -1 : left > right ? 1 : 0;
}
