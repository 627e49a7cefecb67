import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "./new-id.ts";
import type { Database } from "./open.ts";
import { installation } from "./schema.ts";

/**
 * The data folder's own id, made once: the `owner` label of everything that it
 * makes on an engine. It stands in a file as well, so that who lost the database
 * can still find, by the doctor, what it left running.
 */
export function installationId(db: Database, folder: string): string {
	const file = join(folder, "installation");
	const known = db.orm.select().from(installation).get()?.id ?? idIn(file);
	const id = known ?? newId();
	const createdAt = new Date().toISOString();
	db.write((orm) => orm.insert(installation).values({ id, createdAt }).onConflictDoNothing().run());
	if (idIn(file) !== id) writeFileSync(file, `${id}\n`, { mode: 0o600 });
	return id;
}

function idIn(file: string): string | null {
	if (!existsSync(file)) return null;
	return /^[a-z2-7]{20}$/.exec(readFileSync(file, "utf8").trim())?.[0] ?? null;
}
