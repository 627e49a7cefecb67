import type { SnapshotRecord, SnapshotStore } from "../snapshots/index.ts";
import type { BundleLibrary, CarriedRangeSnapshot, Standing } from "./deps.ts";
import {
	faultOfRangeSnapshot,
	isSameRangeSnapshot,
	rangeSnapshotDocumentOf,
	readRangeSnapshot,
} from "./range-snapshot-document.ts";
import { refuseReplacing } from "./replacing.ts";
import { carriedSnapshot, isSameSnapshot, readSnapshot } from "./snapshot-document.ts";

/** The library's snapshots of ranges as bundles use them, each with its parts. */
export function rangeSnapshots(
	snapshots: SnapshotStore,
): Pick<
	BundleLibrary,
	| "rangeSnapshot"
	| "faultOfRangeSnapshot"
	| "compareRangeSnapshot"
	| "refuseReplacingRangeSnapshot"
	| "putRangeSnapshot"
> {
	const read = ({ document, parts }: CarriedRangeSnapshot) => ({
		range: readRangeSnapshot(document),
		parts: parts.map((part) => readSnapshot(part.document)),
	});

	/** What stands in its way: by name or id, itself or a part of it. */
	function present(carried: CarriedRangeSnapshot) {
		const { range, parts } = read(carried);
		const ranges = snapshots.ranges().filter(({ id, name }) => id === range.id || name === range.name);
		const rangeIds = new Set(ranges.map(({ id }) => id));
		const machines = snapshots
			.all()
			.filter(({ rangeSnapshotId }) => rangeSnapshotId === null || !rangeIds.has(rangeSnapshotId))
			.filter(({ id, name }) => name === range.name || parts.some((part) => part.id === id || part.name === name));
		const going = [...machines, ...ranges.flatMap(({ id }) => snapshots.partsOf(id))];
		return { range, parts, ranges, rangeIds, machines, going };
	}

	return {
		rangeSnapshot(ref) {
			const record = snapshots.getRange(ref);
			const { id, name, blueprint } = record;
			return {
				id,
				name,
				machines: blueprint.machines,
				document: () => rangeSnapshotDocumentOf(record),
				parts: () => snapshots.partsOf(id).map(carriedSnapshot),
			};
		},
		faultOfRangeSnapshot(carried) {
			const { range, parts } = read(carried);
			const isNamed = [carried, ...carried.parts].every(({ id, name }, n) => {
				const said = n === 0 ? range : parts[n - 1];
				return said?.id === id && said.name === name;
			});
			return isNamed ? faultOfRangeSnapshot(range, parts) : "is called otherwise than the bundle says";
		},
		compareRangeSnapshot(carried): Standing {
			const { range, parts, ranges, machines } = present(carried);
			const [record] = ranges;
			if (record === undefined && machines.length === 0) return "absent";
			if (record === undefined || ranges.length > 1 || machines.length > 0) return "different";
			const own = new Map(snapshots.partsOf(record.id).map((part) => [part.id, part]));
			const isSame = (part: (typeof parts)[number]) => {
				const known = own.get(part.id);
				return known !== undefined && isSameSnapshot(part, known);
			};
			const isWhole = own.size === parts.length && parts.every(isSame);
			return isWhole && record.id === range.id && isSameRangeSnapshot(range, record) ? "same" : "different";
		},
		refuseReplacingRangeSnapshot(carried) {
			const { going, rangeIds } = present(carried);
			refuseReplacing(snapshots, going, rangeIds);
		},
		putRangeSnapshot(carried, imageIds) {
			const { range, parts, ranges, rangeIds, machines, going } = present(carried);
			refuseReplacing(snapshots, going, rangeIds);
			for (const record of machines) snapshots.remove(record);
			for (const record of ranges) snapshots.removeRange(record);
			const made = parts.map((part): SnapshotRecord => {
				const imageId = imageIds.get(part.image);
				if (imageId === undefined) throw new Error(`the image of ${part.name} was looked for before`);
				return { ...part, imageId, parentId: null, rangeSnapshotId: range.id };
			});
			snapshots.add(made, range);
		},
	};
}
