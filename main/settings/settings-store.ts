import { defaultSettings, type Settings, settings as settingsSchema } from "../../contract/settings.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import type { Database } from "../db/open.ts";
import { settings } from "../db/schema.ts";
import type { Logger } from "../log.ts";

/** The person's settings: what differs from the defaults is kept in the database. */
export class SettingsStore {
	readonly #db: Database;
	readonly #changes: ChangeBus;
	readonly #listeners = new Set<(now: Settings, before: Settings) => void>();
	#current: Settings;

	constructor(db: Database, changes: ChangeBus, log: Logger) {
		this.#db = db;
		this.#changes = changes;
		this.#current = read(db, log);
	}

	get(): Settings {
		return this.#current;
	}

	/** For the parts of the engine that act on a setting as soon as it is changed. */
	onChange(listener: (now: Settings, before: Settings) => void): void {
		this.#listeners.add(listener);
	}

	/** The patch was parsed by the contract's schema. */
	set(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Settings {
		const next = settingsSchema.parse({ ...this.#current, ...withoutUndefined(patch) });
		this.#db.write((orm) => {
			for (const [key, value] of Object.entries(withoutUndefined(patch))) {
				orm.insert(settings).values({ key, value }).onConflictDoUpdate({ target: settings.key, set: { value } }).run();
			}
		});
		const before = this.#current;
		this.#current = next;
		for (const listener of this.#listeners) listener(next, before);
		this.#changes.publish({ kind: "settings", settings: next });
		return next;
	}
}

function read(db: Database, log: Logger): Settings {
	let current = defaultSettings;
	for (const { key, value } of db.orm.select().from(settings).all()) {
		const parsed = settingsSchema.safeParse({ ...current, [key]: value });
		if (parsed.success) current = parsed.data;
		// A value of another version must not keep the engine from starting.
		else log.warn({ key }, "a stored setting is not valid here and its default is used");
	}
	return current;
}

function withoutUndefined(patch: object): Record<string, unknown> {
	return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
