import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The product's root folder: the nearest one above this code with a
 * package.json. The same in a checkout, in a bundle and in a packaged app.
 */
export function productRoot(from = import.meta.dirname): string {
	for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
		if (existsSync(join(folder, "package.json"))) return folder;
	}
	throw new Error(`no package.json above ${from}`);
}
