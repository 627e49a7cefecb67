import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resourcePaths } from "../paths.ts";
import { sql } from "./drizzle.cjs";
import { installationId } from "./installation.ts";
import { databaseFile, openDatabase } from "./open.ts";
import { readRangeNames } from "./read-range-names.ts";
import { facts } from "./schema.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-db-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a data folder keeps its id", async () => {
	const first = openDatabase(folder);
	const id = installationId(first, folder);
	await first.flush();
	first.close();
	const second = openDatabase(folder);
	expect(installationId(second, folder)).toBe(id);
	expect(second.check()).toBeNull();
	second.close();
	expect(readRangeNames(folder)).toEqual([]);
});

test("a lost database does not lose the id, which is on everything that runs", () => {
	const first = openDatabase(folder);
	const id = installationId(first, folder);
	first.close();
	rmSync(join(folder, databaseFile));
	const second = openDatabase(folder);
	expect(installationId(second, folder)).toBe(id);
	second.close();
});

test("a write that does not fit on the disk says so and leaves nothing, and fits when there is room", () => {
	const db = openDatabase(folder);
	const write = () =>
		db.write((orm) =>
			orm
				.insert(facts)
				.values({ key: "large", value: "x".repeat(1_000_000), foundAt: new Date(0).toISOString() })
				.run(),
		);
	const limit = (pages: number) => db.orm.run(sql.raw(`pragma max_page_count = ${pages}`));
	limit(1);
	expect(write).toThrow(
		expect.objectContaining({ code: "DISK_FULL", remedy: expect.stringContaining("Free disk space") }),
	);
	expect(db.orm.select().from(facts).all()).toEqual([]);
	limit(1_000_000);
	write();
	expect(db.orm.select().from(facts).all()).toHaveLength(1);
	db.close();
});

test("a write that throws leaves nothing", () => {
	const db = openDatabase(folder);
	expect(() =>
		db.write((orm) => {
			orm.run("insert into installation values ('x', 'now')");
			throw new Error("half-way");
		}),
	).toThrow("half-way");
	expect(db.orm.get("select * from installation")).toBeUndefined();
	db.close();
});

/** A copy of the migrations with one more. */
function newerMigrations(): string {
	const target = join(folder, "newer-migrations");
	cpSync(resourcePaths().migrations, target, { recursive: true });
	const file = join(target, "meta", "_journal.json");
	const journal = JSON.parse(readFileSync(file, "utf8"));
	const last = journal.entries.at(-1);
	journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1000, tag: "9999_test" });
	writeFileSync(file, JSON.stringify(journal));
	writeFileSync(join(target, "9999_test.sql"), "create table later (id text primary key);");
	return target;
}

test("a migration is preceded by a backup that opens", () => {
	const old = openDatabase(folder);
	const id = installationId(old, folder);
	old.close();
	openDatabase(folder, newerMigrations()).close();
	const backups = readdirSync(join(folder, "backups"));
	expect(backups.length).toBe(1);
	const restored = mkdtempSync(join(folder, "restored-"));
	cpSync(join(folder, "backups", backups[0] ?? ""), join(restored, databaseFile));
	const db = openDatabase(restored);
	expect(installationId(db, restored)).toBe(id);
	db.close();
});

test("a database of a newer version is refused in a sentence", () => {
	openDatabase(folder, newerMigrations()).close();
	expect(() => openDatabase(folder)).toThrow(
		expect.objectContaining({ code: "UNSUPPORTED", message: "The data folder was last used by a newer Homerange." }),
	);
});

test("a corrupted file is refused with a remedy", () => {
	writeFileSync(join(folder, databaseFile), "this is no database".repeat(1000));
	expect(() => openDatabase(folder)).toThrow(
		expect.objectContaining({ code: "INTERNAL", remedy: expect.stringContaining("backups") }),
	);
});
