import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { HomerangeError } from "../../contract/errors.ts";

export interface DataFolderLock {
	release(): void;
}

/**
 * Takes a data folder for this engine, or throws `ENGINE_LOCKED`. The lock is
 * SQLite's own exclusive lock on a tiny file: the operating system gives it to
 * one process and takes it back at that process's death, whatever the death, so
 * there is no stale lock to detect and no race between two that start.
 */
export function lockDataFolder(folder: string): DataFolderLock {
	const file = join(folder, "engine.lock");
	const sqlite = new BetterSqlite3(file, { timeout: 0 });
	try {
		// In this mode there is no second file, and the lock stays until the connection closes.
		sqlite.pragma("journal_mode = MEMORY");
		sqlite.exec("begin exclusive");
	} catch (error) {
		sqlite.close();
		if (error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY")) {
			throw new HomerangeError("ENGINE_LOCKED", "Another Homerange engine uses the data folder.", {
				place: folder,
				remedy: "Close the other one (the app, or `homerange engine stop`), or use another folder with HOMERANGE_DATA.",
				cause: error,
			});
		}
		throw new HomerangeError("FORBIDDEN", `The data folder cannot be locked: ${String(error)}.`, {
			place: file,
			remedy: "Give yourself the folder, or choose another one with HOMERANGE_DATA.",
			cause: error,
		});
	}
	return { release: () => sqlite.close() };
}
