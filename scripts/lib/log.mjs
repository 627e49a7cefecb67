// Every command's whole output, in one file per script run, so that the terminal can stay short.
import { closeSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder } from "./cache.mjs";

const keptLogs = 20;
let descriptor;

export const log = {
	/** Path of the log of this run. */
	get file() {
		open();
		return log.path;
	},
	path: "",
	write(chunk) {
		writeSync(open(), chunk);
	},
	close() {
		if (descriptor !== undefined) closeSync(descriptor);
		descriptor = undefined;
	},
};

function open() {
	if (descriptor !== undefined) return descriptor;
	const folder = cacheFolder("logs");
	const old = readdirSync(folder)
		.filter((name) => name.endsWith(".log"))
		.sort();
	for (const name of old.slice(0, Math.max(0, old.length - keptLogs))) rmSync(join(folder, name), { force: true });
	const time = new Date().toISOString().replaceAll(":", "").replace(/\..*/, "");
	const script = basename(process.argv[1] ?? "script", ".mjs");
	log.path = join(folder, `${time}-${script}-${process.pid}.log`);
	descriptor = openSync(log.path, "a");
	return descriptor;
}
