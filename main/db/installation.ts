import { newId } from "./new-id.ts";
import type { Database } from "./open.ts";
import { installation } from "./schema.ts";

/** The data folder's own id, made once: the `owner` label of everything that it makes on an engine. */
export function installationId(db: Database): string {
	const known = db.orm.select().from(installation).get();
	if (known !== undefined) return known.id;
	const made = { id: newId(), createdAt: new Date().toISOString() };
	db.write((orm) => orm.insert(installation).values(made).run());
	return made.id;
}
