import { and, eq } from "../db/drizzle.cjs";
import type { Database } from "../db/open.ts";
import { images } from "../db/schema.ts";
import { canonicalReference } from "./reference.ts";

const engine = "host";

/** What Homerange remembers of the host engine's images: which it brought in or used, and when last. */
export class ImageRecords {
	readonly #db: Database;

	constructor(db: Database) {
		this.#db = db;
	}

	/** Last use by canonical reference. */
	lastUsed(): Map<string, string> {
		const rows = this.#db.orm.select().from(images).where(eq(images.engine, engine)).all();
		return new Map(rows.map((row) => [row.reference, row.lastUsed]));
	}

	/** Notes that an image was brought in or used, now. */
	note(image: { reference: string; id: string; sizeBytes: number }): void {
		const { id: imageId, sizeBytes } = image;
		const reference = canonicalReference(image.reference);
		const row = { imageId, sizeBytes, lastUsed: new Date().toISOString() };
		this.#db.write((orm) =>
			orm
				.insert(images)
				.values({ reference, engine, ...row })
				.onConflictDoUpdate({ target: [images.reference, images.engine], set: row })
				.run(),
		);
	}

	/** Gives whether it was known. */
	forget(reference: string): boolean {
		const name = canonicalReference(reference);
		const gone = this.#db.write((orm) =>
			orm
				.delete(images)
				.where(and(eq(images.reference, name), eq(images.engine, engine)))
				.run(),
		);
		return gone.changes > 0;
	}
}
