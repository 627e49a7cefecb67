import { HomerangeError } from "../../contract/errors.ts";
import type { SnapshotRecord, SnapshotStore } from "../snapshots/index.ts";

/**
 * Errors: `IN_USE` when the bundle would take away what others stand on: the parent of a snapshot that stays, or a part of
 * a range's snapshot that stays.
 */
export function refuseReplacing(
	snapshots: SnapshotStore,
	going: readonly SnapshotRecord[],
	goingRanges: ReadonlySet<string> = new Set(),
): void {
	const ids = new Set(going.map(({ id }) => id));
	for (const { id, name, rangeSnapshotId } of going) {
		const whole = snapshots.ranges().find((one) => one.id === rangeSnapshotId && !goingRanges.has(one.id));
		if (whole !== undefined) throw inUse(name, `it is a part of ${whole.name}, the snapshot of a range`);
		const child = snapshots.all().find((one) => one.parentId === id && !ids.has(one.id));
		if (child !== undefined) throw inUse(name, `${child.name} stands on it`);
	}
}

function inUse(name: string, why: string): HomerangeError {
	return new HomerangeError("IN_USE", `The snapshot ${name} cannot be replaced: ${why}.`, {
		remedy: "Keep what is here (--keep), or rename or delete the snapshot first.",
		place: name,
	});
}
