import type { CarriedRangeSnapshot, CarriedSnapshot } from "./deps.ts";
import { type BundleManifest, names, rangeSnapshotsOf } from "./format.ts";
import { damaged } from "./refusals.ts";
import { parseJson } from "./saved-images.ts";

/**
 * The documents of a bundle's snapshots, those of ranges with their parts. Here they fit what the table of contents says;
 * what is in them, the library checks. INPUT_INVALID when a part is missing or belongs to two, or a name stands for two.
 */
export async function readSnapshots(
	manifest: BundleManifest,
	file: string,
	document: (name: string) => Promise<Buffer>,
): Promise<{ snapshots: CarriedSnapshot[]; rangeSnapshots: CarriedRangeSnapshot[] }> {
	const saved = rangeSnapshotsOf(manifest);
	const listed = [...manifest.snapshots, ...saved];
	const twice = listed.find(({ id, name }, n) =>
		listed.some((other, m) => m < n && (other.id === id || other.name === name)),
	);
	if (twice !== undefined) throw damaged(file, `it lists the snapshot ${twice.name} twice`);
	const loose = new Map<string, CarriedSnapshot>();
	for (const { id, name } of manifest.snapshots) {
		loose.set(id, { id, name, document: parseJson(await document(names.snapshot(id))) });
	}
	const rangeSnapshots: CarriedRangeSnapshot[] = [];
	for (const { id, name, parts: ids } of saved) {
		const parts = ids.map((part) => {
			const carried = loose.get(part);
			if (carried === undefined) throw damaged(file, `it lacks a part of the snapshot ${name}, or it has it twice`);
			loose.delete(part);
			return carried;
		});
		rangeSnapshots.push({ id, name, document: parseJson(await document(names.rangeSnapshot(id))), parts });
	}
	return { snapshots: [...loose.values()], rangeSnapshots };
}
