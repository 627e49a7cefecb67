import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * Where blueprints are that have no file of the person's own, in the order in which a name is looked for. A folder holds a
 * blueprint as NAME.yaml, or as NAME/blueprint.yaml with the files beside it that it names.
 */
export type BlueprintFolders = readonly string[];

/** The name of the text in a folder of its own. */
export const blueprintText = "blueprint.yaml";

/** Files by name, sorted; the first folder that has a name gives it. */
export async function shippedFiles(folders: BlueprintFolders): Promise<Map<string, string>> {
	const files = new Map<string, string>();
	for (const folder of folders) {
		for (const entry of await entriesOf(folder)) {
			// What begins with a dot is on its way in or out.
			if (entry.name.startsWith(".")) continue;
			const name = entry.isDirectory() ? entry.name : basename(entry.name, ".yaml");
			const file = entry.isDirectory() ? join(folder, name, blueprintText) : join(folder, entry.name);
			if (file.endsWith(".yaml") && !files.has(name)) files.set(name, file);
		}
	}
	return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Nothing for a folder that is not there: it is made with the first blueprint in it. */
async function entriesOf(folder: string): Promise<Dirent[]> {
	try {
		return await readdir(folder, { withFileTypes: true });
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
		throw error;
	}
}
