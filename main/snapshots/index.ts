export { savedRange } from "./saved-range.ts";
export { snapshotDisk, snapshotFile } from "./snapshot-disk.ts";
export { type RangeSnapshotRecord, type SnapshotRecord, SnapshotStore } from "./snapshot-store.ts";
export { Snapshots } from "./snapshots.ts";
