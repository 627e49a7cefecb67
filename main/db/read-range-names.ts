import { existsSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { z } from "zod";
import { databaseFile } from "./open.ts";

/** The names of the ranges in a data folder, read beside whoever owns it; empty when there is no database yet. */
export function readRangeNames(folder: string): string[] {
	const file = join(folder, databaseFile);
	if (!existsSync(file)) return [];
	const sqlite = new BetterSqlite3(file, { readonly: true, timeout: 500 });
	try {
		return z.array(z.string()).parse(sqlite.prepare("select name from ranges order by name").pluck().all());
	} finally {
		sqlite.close();
	}
}
