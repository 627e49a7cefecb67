import { existsSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { machineDefaults } from "../../contract/library.ts";
import { providerName } from "../../contract/ranges.ts";
import type { MachineTemplate, SnapshotSource } from "../blueprint/index.ts";
import { databaseFile } from "../db/open.ts";
import { installedBlueprints } from "../paths.ts";
import type { OwnContent } from "./library.ts";
import { parseDocument } from "./template-store.ts";

const json = z.string().transform((text): unknown => JSON.parse(text));
const templateRows = z.array(z.object({ name: z.string(), document: json }));
const snapshotRows = z.array(
	z.object({ name: z.string(), provider: providerName, image: z.string(), config: json.pipe(machineDefaults) }),
);

/** What a data folder's library holds, read beside whoever owns it: for a check of a blueprint without an engine. */
export function readLibrary(folder: string): OwnContent {
	const templates = new Map<string, MachineTemplate>();
	const snapshots = new Map<string, SnapshotSource>();
	const file = join(folder, databaseFile);
	if (existsSync(file)) {
		const sqlite = new BetterSqlite3(file, { readonly: true, timeout: 500 });
		try {
			const rows = (table: string, query: string): unknown[] => {
				const exists = sqlite.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(table);
				// A database of before the library had a place in it.
				return exists === undefined ? [] : sqlite.prepare(query).all();
			};
			for (const { name, document } of templateRows.parse(rows("templates", "select name, document from templates"))) {
				const { template } = parseDocument(name, document);
				if (template !== null) templates.set(name, template);
			}
			const found = snapshotRows.parse(rows("snapshots", "select name, provider, image, config from snapshots"));
			for (const { name, provider, image, config } of found) {
				snapshots.set(name, { name, provider, image, defaults: config });
			}
		} finally {
			sqlite.close();
		}
	}
	return {
		blueprints: installedBlueprints(folder),
		templates,
		snapshot: (name) => snapshots.get(name) ?? null,
		snapshotNames: () => [...snapshots.keys()],
		rangeSnapshot(name) {
			throw new HomerangeError("SNAPSHOT_NOT_FOUND", `${name} is looked for by an engine only.`, { place: name });
		},
	};
}
