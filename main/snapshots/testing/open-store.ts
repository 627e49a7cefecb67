import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChangeBus } from "../../changes/change-bus.ts";
import { openDatabase } from "../../db/open.ts";
import { DiskPool } from "../../images/disks/disk-pool.ts";
import { SnapshotStore } from "../snapshot-store.ts";

/** A store over a database of its own, which can be closed and opened again. */
export function openTestStore(): Disposable & { store(): SnapshotStore; disks(): DiskPool; reopen(): void } {
	const folder = mkdtempSync(join(tmpdir(), "homerange-snapshots-"));
	const changes = new ChangeBus();
	let db = openDatabase(folder);
	let store = new SnapshotStore(db, changes);
	return {
		store: () => store,
		disks: () => new DiskPool(folder, db),
		reopen() {
			db.close();
			db = openDatabase(folder);
			store = new SnapshotStore(db, changes);
		},
		[Symbol.dispose]() {
			db.close();
			rmSync(folder, { recursive: true });
		},
	};
}
