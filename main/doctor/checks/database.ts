import { join } from "node:path";
import type { Check } from "../check.ts";

/** The database's file is sound. */
export const database: Check = {
	id: "database",
	category: "app",
	title: "The database is sound",
	async check({ checkDatabase, dataFolder }) {
		const finding = checkDatabase();
		if (finding === null) return { state: "passed", message: "SQLite finds nothing wrong in it." };
		return {
			state: "failed",
			message: `SQLite reports: ${finding}.`,
			remedy: `Close Homerange and put the newest file from ${join(dataFolder, "backups")} in the database's place.`,
		};
	},
};
