import { chmod, stat } from "node:fs/promises";
import type { Check } from "../check.ts";

const others = 0o077;

/** Only its owner can open the data folder and the engine's socket. */
export const privacy: Check = {
	id: "privacy",
	category: "app",
	title: "The data folder and the socket are private",
	async check({ dataFolder, socketPath }) {
		for (const path of [dataFolder, socketPath]) {
			const { mode } = await stat(path);
			if ((mode & others) !== 0) {
				return { state: "failed", message: `Others can open ${path}.`, remedy: `chmod go= ${path}` };
			}
		}
		return { state: "passed", message: `${dataFolder} and its socket are open to you only.` };
	},
	async fix({ dataFolder, socketPath }) {
		await chmod(dataFolder, 0o700);
		await chmod(socketPath, 0o600);
	},
};
