import type { SavedRange } from "../ranges/deps.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

/** What a new range is made from when it is deployed from a snapshot. Errors: `SNAPSHOT_NOT_FOUND`. */
export function savedRange(store: SnapshotStore, ref: string): SavedRange {
	const { blueprint, blueprintText, blueprintFile } = store.getRange(ref);
	return { blueprint, text: blueprintText, file: blueprintFile };
}
