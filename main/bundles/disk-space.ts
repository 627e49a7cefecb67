import { statfs } from "node:fs/promises";
import { HomerangeError } from "../../contract/errors.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import { diskFullRemedy } from "../docker/api-errors.ts";
import { localDataFolder, spaceOf } from "../docker/data-folder.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { BundleReader } from "./bundle-reader.ts";
import { missingLayers } from "./present-images.ts";

/** Kept free on every disk that something is written to. */
const reserveBytes = 64 * 1024 * 1024;

/** DISK_FULL when a bundle does not fit. Images are unpacked once into the engine's temporary folder, and once into its store. */
export async function refuseFullDisk(
	dataFolder: string,
	host: DockerEngine,
	{ manifest }: BundleReader,
	stacks: ReadonlySet<string> | null,
	signal: AbortSignal,
): Promise<void> {
	const sizeOf = new Map(manifest.layers.map(({ diffId, unpackedBytes }) => [diffId, unpackedBytes]));
	const missing = manifest.images.map(({ layers }) => missingLayers(layers, stacks));
	const size = (layers: Iterable<string>) => [...layers].reduce((sum, diffId) => sum + (sizeOf.get(diffId) ?? 0), 0);
	const images = size(new Set(missing.flat())) + Math.max(0, ...missing.map(size));
	const documents = manifest.entries.reduce(
		(sum, { name, bytes }) => sum + (name.startsWith("homerange/") ? bytes : 0),
		0,
	);
	const engineFolder = await localDataFolder(host, signal);
	await refuseWithout(dataFolder, documents);
	if (engineFolder !== null)
		await refuseWithout(engineFolder, images + ((await isOneDisk(dataFolder, engineFolder)) ? documents : 0));
}

async function refuseWithout(folder: string, bytes: number): Promise<void> {
	if (bytes === 0) return;
	const { freeBytes } = await spaceOf(folder);
	if (freeBytes >= bytes + reserveBytes) return;
	throw new HomerangeError(
		"DISK_FULL",
		`This bundle needs ${formatBytes(bytes + reserveBytes)} in ${folder}, and ${formatBytes(freeBytes)} are free.`,
		{ place: folder, remedy: diskFullRemedy },
	);
}

async function isOneDisk(a: string, b: string): Promise<boolean> {
	const [one, other] = await Promise.all([statfs(a), statfs(b)]);
	return one.blocks === other.blocks && one.bfree === other.bfree && one.type === other.type;
}
