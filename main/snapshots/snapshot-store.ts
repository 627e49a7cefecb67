import { HomerangeError } from "../../contract/errors.ts";
import type { MachineDefaults } from "../../contract/library.ts";
import type { ProviderName } from "../../contract/ranges.ts";
import type { ResolvedBlueprint, SnapshotSource } from "../blueprint/index.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { eq } from "../db/drizzle.cjs";
import type { Database, Orm } from "../db/open.ts";
import { rangeSnapshots, snapshots } from "../db/schema.ts";
import { type Disk, deleteDisk, insertDisk } from "../images/disks/disk-pool.ts";
import { insertRangeSnapshot, insertSnapshot, loadRangeSnapshots, loadSnapshots } from "./snapshot-rows.ts";

/** A snapshot of a machine as the store keeps it. */
export interface SnapshotRecord {
	readonly id: string;
	name: string;
	description: string;
	tags: readonly string[];
	readonly provider: ProviderName;
	readonly image: string;
	readonly imageId: string;
	readonly sizeBytes: number;
	readonly ownBytes: number;
	readonly defaults: MachineDefaults;
	readonly sourceMachine: string;
	readonly sourceRange: string;
	readonly source: { readonly kind: "template" | "snapshot" | "image"; readonly name: string; readonly image: string };
	readonly parentId: string | null;
	readonly rangeSnapshotId: string | null;
	readonly createdAt: string;
}

/** A snapshot of a range: its blueprint, in which each machine starts from its own snapshot. */
export interface RangeSnapshotRecord {
	readonly id: string;
	readonly name: string;
	description: string;
	readonly rangeId: string;
	readonly rangeName: string;
	readonly blueprintText: string;
	readonly blueprintFile: string;
	readonly blueprint: ResolvedBlueprint;
	readonly createdAt: string;
}

/** All snapshots of the data folder: in memory for reading, written through to the database. */
export class SnapshotStore {
	readonly #db: Database;
	readonly #changes: ChangeBus;
	readonly #snapshots = new Map<string, SnapshotRecord>();
	readonly #ranges = new Map<string, RangeSnapshotRecord>();
	/** Names of snapshots that are being taken. */
	readonly #reserved = new Set<string>();

	constructor(db: Database, changes: ChangeBus) {
		this.#db = db;
		this.#changes = changes;
		for (const record of loadSnapshots(db.orm)) this.#snapshots.set(record.id, record);
		for (const record of loadRangeSnapshots(db.orm)) this.#ranges.set(record.id, record);
	}

	/** The oldest first. */
	all(): SnapshotRecord[] {
		return [...this.#snapshots.values()];
	}

	ranges(): RangeSnapshotRecord[] {
		return [...this.#ranges.values()];
	}

	find(ref: string): SnapshotRecord | null {
		return this.#snapshots.get(ref) ?? this.all().find(({ name }) => name === ref) ?? null;
	}

	/** By id or name. Errors: `SNAPSHOT_NOT_FOUND`. */
	get(ref: string): SnapshotRecord {
		const found = this.find(ref);
		if (found !== null) return found;
		throw notFound(`There is no snapshot ${ref} of a machine.`, ref);
	}

	findRange(ref: string): RangeSnapshotRecord | null {
		return this.#ranges.get(ref) ?? this.ranges().find(({ name }) => name === ref) ?? null;
	}

	/** By id or name. Errors: `SNAPSHOT_NOT_FOUND`. */
	getRange(ref: string): RangeSnapshotRecord {
		const found = this.findRange(ref);
		if (found !== null) return found;
		throw notFound(`There is no snapshot ${ref} of a range.`, ref);
	}

	partsOf(rangeSnapshotId: string): SnapshotRecord[] {
		return this.all().filter((one) => one.rangeSnapshotId === rangeSnapshotId);
	}

	/** What a blueprint's `snapshot: NAME` finds. */
	source(name: string): SnapshotSource | null {
		const found = this.all().find((one) => one.name === name);
		if (found === undefined) return null;
		const { provider, image, defaults } = found;
		return { name, provider, image, defaults };
	}

	names(): string[] {
		return this.all().map(({ name }) => name);
	}

	/** Takes a name until its snapshot is there or has failed; the result gives it back. Errors: `NAME_TAKEN`. */
	reserve(name: string): () => void {
		this.#refuseTaken(name);
		this.#reserved.add(name);
		return () => this.#reserved.delete(name);
	}

	/** Records snapshots, their disks, and the range's that they are parts of, all or none. Their bytes are there by now. */
	add(made: readonly SnapshotRecord[], range: RangeSnapshotRecord | null = null, disks: readonly Disk[] = []): void {
		this.#db.write((orm) => {
			for (const disk of disks) insertDisk(orm, disk);
			if (range !== null) insertRangeSnapshot(orm, range);
			for (const record of made) insertSnapshot(orm, record);
		});
		if (range !== null) this.#ranges.set(range.id, range);
		for (const record of made) this.#snapshots.set(record.id, record);
		this.#changes.publish({ kind: "library" });
	}

	/** Errors: `NAME_TAKEN`. */
	edit(record: SnapshotRecord, patch: { name?: string; description?: string; tags?: readonly string[] }): void {
		if (patch.name !== undefined && patch.name !== record.name) this.#refuseTaken(patch.name);
		const { tags, ...texts } = patch;
		const row = { ...texts, ...(tags === undefined ? {} : { tags: [...tags] }) };
		if (Object.keys(row).length > 0) {
			this.#db.write((orm) => orm.update(snapshots).set(row).where(eq(snapshots.id, record.id)).run());
		}
		Object.assign(record, patch);
		this.#changes.publish({ kind: "library" });
	}

	describeRange(record: RangeSnapshotRecord, description: string): void {
		this.#db.write((orm) =>
			orm.update(rangeSnapshots).set({ description }).where(eq(rangeSnapshots.id, record.id)).run(),
		);
		record.description = description;
		this.#changes.publish({ kind: "library" });
	}

	/** Forgets a snapshot and its disk; its bytes are the caller's to remove. */
	remove(record: SnapshotRecord): void {
		this.#db.write((orm) => {
			orm.delete(snapshots).where(eq(snapshots.id, record.id)).run();
			forgetDisk(orm, record);
		});
		this.#snapshots.delete(record.id);
		this.#changes.publish({ kind: "library" });
	}

	/** Forgets a range's snapshot with its parts. */
	removeRange({ id }: RangeSnapshotRecord): void {
		const parts = this.partsOf(id);
		// The rows of its parts go with it.
		this.#db.write((orm) => {
			orm.delete(rangeSnapshots).where(eq(rangeSnapshots.id, id)).run();
			for (const part of parts) forgetDisk(orm, part);
		});
		for (const part of parts) this.#snapshots.delete(part.id);
		this.#ranges.delete(id);
		this.#changes.publish({ kind: "library" });
	}

	/** Resolves when all that was recorded survives a power cut. */
	flush(): Promise<void> {
		return this.#db.flush();
	}

	#refuseTaken(name: string): void {
		const isTaken =
			this.#reserved.has(name) ||
			this.all().some((one) => one.name === name) ||
			this.ranges().some((one) => one.name === name);
		if (!isTaken) return;
		throw new HomerangeError("NAME_TAKEN", `There is a snapshot ${name} already, or one is being taken.`, {
			remedy: "Choose another name, or delete that snapshot first.",
			place: name,
		});
	}
}

function forgetDisk(orm: Orm, { provider, image }: SnapshotRecord): void {
	if (provider === "libvirt") deleteDisk(orm, image);
}

function notFound(message: string, place: string): HomerangeError {
	return new HomerangeError("SNAPSHOT_NOT_FOUND", message, {
		remedy: "List the library to see the names of its snapshots.",
		place,
	});
}
