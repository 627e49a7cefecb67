import type { RangeSnapshot, Snapshot } from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { snapshotUsers } from "../library/users.ts";
import type { RangeSnapshotRecord, SnapshotRecord, SnapshotStore } from "./snapshot-store.ts";

/** Whether what was saved is there; null when nobody can say. */
export type Presence = (record: SnapshotRecord) => boolean | null;

/** What the contract shows of a snapshot. */
export function describeSnapshot(
	record: SnapshotRecord,
	store: SnapshotStore,
	ranges: readonly RangeDetail[],
	isPresent: Presence,
): Snapshot {
	const { id, name, description, tags, provider, image, imageId, sizeBytes, ownBytes, defaults, createdAt } = record;
	const all = store.all();
	const lineage = (found: { id: string; name: string } | undefined | null) =>
		found === undefined || found === null ? null : { id: found.id, name: found.name };
	return {
		id,
		name,
		description,
		tags: [...tags],
		provider,
		image,
		imageId,
		present: isPresent(record),
		sizeBytes,
		ownBytes,
		sharedBytes: sizeBytes - ownBytes,
		source: { machine: record.sourceMachine, range: record.sourceRange, ...record.source },
		parent: lineage(all.find((one) => one.id === record.parentId)),
		children: all.filter(({ parentId }) => parentId === id).map((one) => ({ id: one.id, name: one.name })),
		rangeSnapshot: record.rangeSnapshotId === null ? null : lineage(store.findRange(record.rangeSnapshotId)),
		defaults,
		createdAt,
		users: snapshotUsers(record, ranges, all),
	};
}

export function describeRangeSnapshot(
	record: RangeSnapshotRecord,
	store: SnapshotStore,
	ranges: readonly RangeDetail[],
): RangeSnapshot {
	const { id, name, description, blueprint, createdAt } = record;
	const parts = store.partsOf(id);
	const sum = (of: (part: SnapshotRecord) => number) => parts.reduce((total, part) => total + of(part), 0);
	const sizeBytes = sum((part) => part.sizeBytes);
	const ownBytes = sum((part) => part.ownBytes);
	return {
		id,
		name,
		description,
		range: { id: record.rangeId, name: record.rangeName },
		blueprint: { name: blueprint.name, title: blueprint.title },
		machines: parts.map((part) => ({
			name: part.sourceMachine,
			snapshot: { id: part.id, name: part.name },
			sizeBytes: part.sizeBytes,
			ownBytes: part.ownBytes,
		})),
		networks: blueprint.networks,
		routes: blueprint.routes,
		sizeBytes,
		ownBytes,
		sharedBytes: sizeBytes - ownBytes,
		createdAt,
		users: outsideUsers(parts, store, ranges),
	};
}

/** Who stands on parts of a range's snapshot, without the parts themselves. */
function outsideUsers(
	parts: readonly SnapshotRecord[],
	store: SnapshotStore,
	ranges: readonly RangeDetail[],
): RangeSnapshot["users"] {
	const own = new Set(parts.map(({ id }) => id));
	const users = parts.flatMap((part) => snapshotUsers(part, ranges, store.all()));
	return users.filter(({ kind, id }) => kind !== "snapshot" || !own.has(id));
}
