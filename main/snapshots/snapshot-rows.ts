import { z } from "zod";
import { machineDefaults } from "../../contract/library.ts";
import { resolvedBlueprint } from "../blueprint/index.ts";
import { asc } from "../db/drizzle.cjs";
import type { Orm } from "../db/open.ts";
import { rangeSnapshots, snapshots } from "../db/schema.ts";
import type { RangeSnapshotRecord, SnapshotRecord } from "./snapshot-store.ts";

const storedSource = z.object({
	kind: z.enum(["template", "snapshot", "image"]),
	name: z.string(),
	image: z.string(),
});

/** For use inside a transaction. */
export function insertSnapshot(orm: Orm, { defaults, tags, ...record }: SnapshotRecord): void {
	orm
		.insert(snapshots)
		.values({ ...record, tags: [...tags], config: defaults })
		.run();
}

/** For use inside a transaction; its parts come after it. */
export function insertRangeSnapshot(orm: Orm, { blueprint, ...record }: RangeSnapshotRecord): void {
	orm
		.insert(rangeSnapshots)
		.values({ ...record, resolved: blueprint })
		.run();
}

/** The oldest first; those of one moment by name. */
export function loadSnapshots(orm: Orm): SnapshotRecord[] {
	const rows = orm.select().from(snapshots).orderBy(asc(snapshots.createdAt), asc(snapshots.name)).all();
	return rows.map(({ config, source, ...row }) => ({
		...row,
		defaults: machineDefaults.parse(config),
		source: storedSource.parse(source),
	}));
}

export function loadRangeSnapshots(orm: Orm): RangeSnapshotRecord[] {
	const rows = orm.select().from(rangeSnapshots).orderBy(asc(rangeSnapshots.createdAt), asc(rangeSnapshots.name)).all();
	return rows.map(({ resolved, ...row }) => ({ ...row, blueprint: resolvedBlueprint.parse(resolved) }));
}
