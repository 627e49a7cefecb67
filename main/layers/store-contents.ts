import { z } from "zod";
import { eq } from "../db/drizzle.cjs";
import type { Database } from "../db/open.ts";
import { facts } from "../db/schema.ts";

/** An image of a store. */
export const storedImage = z.object({
	/** The store's own id of it; the host's may be another (Docker 29's default store counts differently). */
	id: z.string(),
	/** Digests of its layers, lowest first. */
	layers: z.array(z.string()),
	sizeBytes: z.number(),
});
export type StoredImage = z.infer<typeof storedImage>;

const contents = z.object({ epoch: z.number().int(), images: z.record(z.string(), storedImage) });
type Contents = z.infer<typeof contents>;

/** What is known to be in a store, by the host's ids. A note, not the truth: every clone looks for itself. */
export class StoreContents {
	readonly #db: Database;

	constructor(db: Database) {
		this.#db = db;
	}

	read(key: string): Contents {
		const row = this.#db.orm.select().from(facts).where(eq(facts.key, key)).get();
		const known = contents.safeParse(row?.value);
		return known.success ? known.data : { epoch: 0, images: {} };
	}

	write(key: string, value: Contents): void {
		const row = { key, value, foundAt: new Date().toISOString() };
		this.#db.write((orm) => orm.insert(facts).values(row).onConflictDoUpdate({ target: facts.key, set: row }).run());
	}
}
