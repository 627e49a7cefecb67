import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../check.ts";

/** The log can be written, and stays small. */
export const logFolder: Check = {
	id: "log-folder",
	category: "app",
	title: "The log can be written",
	async check({ dataFolder }) {
		const folder = join(dataFolder, "logs");
		await access(folder, constants.W_OK);
		const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
		const total = sizes.reduce((sum, size) => sum + size, 0);
		return { state: "passed", message: `${folder} holds ${(total / 1024 ** 2).toFixed(1)} MiB.` };
	},
};
