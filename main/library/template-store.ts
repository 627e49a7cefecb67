import { HomerangeError } from "../../contract/errors.ts";
import { blueprintInvalid, type MachineTemplate, parseTemplate, type TemplateFormat } from "../blueprint/index.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { asc, eq } from "../db/drizzle.cjs";
import type { Database } from "../db/open.ts";
import { templates } from "../db/schema.ts";
import type { Logger } from "../log.ts";

const userTemplatesLimit = 1000;

/**
 * The templates that people made, in memory and in the database. A row holds the template in its file's
 * format, and goes through the same parser as a file: there is one way in.
 */
export class TemplateStore {
	readonly #db: Database;
	readonly #changes: ChangeBus;
	readonly #templates = new Map<string, MachineTemplate>();

	constructor(db: Database, changes: ChangeBus, log: Logger) {
		this.#db = db;
		this.#changes = changes;
		for (const { name, document } of db.orm.select().from(templates).orderBy(asc(templates.name)).all()) {
			const { template, errors } = parseDocument(name, document);
			if (template !== null) this.#templates.set(name, template);
			// A row of another version must not keep the engine from starting.
			else log.warn({ template: name, errors }, "a stored template is not valid here and is left out");
		}
	}

	get all(): ReadonlyMap<string, MachineTemplate> {
		return this.#templates;
	}

	/** Writes a template, in the place of one of its name. Errors: `BLUEPRINT_INVALID`. */
	put(document: TemplateFormat): MachineTemplate {
		const { name } = document;
		if (!this.#templates.has(name) && this.#templates.size >= userTemplatesLimit) {
			throw new HomerangeError("STATE_CONFLICT", `The library has ${userTemplatesLimit} templates of its own.`, {
				remedy: "Delete some that nobody needs.",
			});
		}
		const { template, errors } = parseDocument(name, document);
		if (template === null) throw blueprintInvalid(`template ${name}`, errors, "template");
		const at = new Date().toISOString();
		this.#db.write((orm) =>
			orm
				.insert(templates)
				.values({ name, document, createdAt: at, updatedAt: at })
				.onConflictDoUpdate({ target: templates.name, set: { document, updatedAt: at } })
				.run(),
		);
		this.#templates.set(name, template);
		this.#changes.publish({ kind: "library" });
		return template;
	}

	remove(name: string): void {
		this.#db.write((orm) => orm.delete(templates).where(eq(templates.name, name)).run());
		this.#templates.delete(name);
		this.#changes.publish({ kind: "library" });
	}
}

/** JSON is YAML too, so a stored document is read as a file is. */
export function parseDocument(name: string, document: unknown): ReturnType<typeof parseTemplate> {
	return parseTemplate(JSON.stringify(document), `template ${name}`);
}
