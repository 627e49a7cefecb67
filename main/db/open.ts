import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { resourcePaths } from "../paths.ts";
import { type BetterSQLite3Database, drizzle, migrate } from "./drizzle.cjs";
import * as schema from "./schema.ts";
import { WalSync } from "./wal-sync.ts";

export type Orm = BetterSQLite3Database<typeof schema>;

/** A data folder's database. All calls are synchronous but `flush`. */
export interface Database {
	/** For reading; writes go through `write`. */
	readonly orm: Orm;
	/** Runs the writes in one transaction. They are on disk a moment later, or when `flush` resolves. */
	write<T>(change: (orm: Orm) => T): T;
	/** Resolves when everything written so far survives a power cut. */
	flush(): Promise<void>;
	/** SQLite's own check of the file; null when it is sound, else what is wrong. */
	check(): string | null;
	close(): void;
}

export const databaseFile = "homerange.sqlite";
const keptBackups = 5;

/**
 * Opens, and when needed makes or migrates, the database of a data folder.
 * Errors: `UNSUPPORTED` for a database of a newer Homerange, `INTERNAL` with a
 * remedy for a file that SQLite cannot read.
 */
export function openDatabase(folder: string, migrations = resourcePaths().migrations): Database {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const file = join(folder, databaseFile);
	// A write-ahead log that is still there means that the last engine did not end by itself.
	const wasCutOff = existsSync(`${file}-wal`);
	const sqlite = readable(file, folder, () => {
		const opened = new BetterSqlite3(file, { timeout: 5000 });
		opened.pragma("journal_mode = WAL");
		// With NORMAL a commit does not wait for the disk, which would stall the one
		// thread that serves everybody; WalSync makes commits durable beside it.
		opened.pragma("synchronous = NORMAL");
		if (wasCutOff) {
			const finding = opened.pragma("quick_check(1)", { simple: true });
			if (finding !== "ok") throw new Error(String(finding));
		}
		return opened;
	});
	const orm = drizzle(sqlite, { schema });
	try {
		readable(file, folder, () => bringUpToDate(sqlite, orm, folder, migrations));
	} catch (error) {
		sqlite.close();
		throw error;
	}
	sqlite.pragma("foreign_keys = ON");
	const wal = new WalSync(`${file}-wal`);
	return {
		orm,
		write<T>(change: (orm: Orm) => T): T {
			try {
				const result = sqlite.transaction(() => change(orm)).immediate();
				wal.soon();
				return result;
			} catch (error) {
				throw diskFull(error, folder) ?? error;
			}
		},
		flush: () => wal.now(),
		check() {
			const finding = sqlite.pragma("quick_check(1)", { simple: true });
			return finding === "ok" ? null : String(finding);
		},
		close() {
			wal.close();
			sqlite.close();
		},
	};
}

const migrationJournal = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })) });

function bringUpToDate(sqlite: BetterSqlite3.Database, orm: Orm, folder: string, migrations: string): void {
	const known = migrationJournal.parse(JSON.parse(readFileSync(join(migrations, "meta", "_journal.json"), "utf8")));
	const newest = Math.max(...known.entries.map((entry) => entry.when));
	const applied = lastApplied(sqlite);
	if (applied !== null && applied > newest) {
		throw new HomerangeError("UNSUPPORTED", "The data folder was last used by a newer Homerange.", {
			place: folder,
			remedy: "Start the newer version, or give this one another data folder with HOMERANGE_DATA.",
		});
	}
	if (applied === newest) return;
	if (applied !== null) backUp(sqlite, folder, applied);
	// A migration that rebuilds a table drops the old one, and would drag its dependents along.
	sqlite.pragma("foreign_keys = OFF");
	migrate(orm, { migrationsFolder: migrations });
	const broken = sqlite.pragma("foreign_key_check");
	if (Array.isArray(broken) && broken.length > 0) {
		throw new Error(`the migrated database has ${broken.length} dangling references`);
	}
}

function lastApplied(sqlite: BetterSqlite3.Database): number | null {
	const table = sqlite.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get();
	if (table === undefined) return null;
	const row = sqlite.prepare("select max(created_at) as at from __drizzle_migrations").get();
	return z.object({ at: z.number().nullable() }).parse(row).at;
}

function backUp(sqlite: BetterSqlite3.Database, folder: string, applied: number): void {
	const backups = join(folder, "backups");
	mkdirSync(backups, { recursive: true, mode: 0o700 });
	const target = join(backups, `homerange-${applied}-${Date.now()}.sqlite`);
	sqlite.prepare("vacuum into ?").run(target);
	const all = readdirSync(backups)
		.filter((name) => /^homerange-\d+-\d+\.sqlite$/.test(name))
		.sort((a, b) => timeOf(a) - timeOf(b));
	for (const name of all.slice(0, -keptBackups)) rmSync(join(backups, name), { force: true });
}

const timeOf = (backup: string) => Number(/-(\d+)\.sqlite$/.exec(backup)?.[1] ?? 0);

/** Gives SQLite's complaints about the file itself a sentence and a remedy. */
function readable<T>(file: string, folder: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof HomerangeError) throw error;
		const full = diskFull(error, folder);
		if (full !== null) throw full;
		const reason = error instanceof Error ? error.message : String(error);
		throw new HomerangeError("INTERNAL", `The database cannot be used: ${reason}.`, {
			place: file,
			remedy:
				`Move the file away and copy the newest one from ${join(folder, "backups")} to its place. ` +
				"With no backup, start without it: what still runs is then found, and removed, by `homerange doctor --fix`.",
			cause: error,
		});
	}
}

/** DISK_FULL when that is what an error, or what it wraps, is about. */
function diskFull(error: unknown, folder: string): HomerangeError | null {
	for (let cause = error; cause instanceof Error; cause = cause.cause) {
		if (!(cause instanceof BetterSqlite3.SqliteError) || !cause.code.startsWith("SQLITE_FULL")) continue;
		return new HomerangeError("DISK_FULL", "The disk that holds the data folder is full.", {
			place: folder,
			remedy: "Free disk space where the data folder is, then try again.",
			cause: error,
		});
	}
	return null;
}
