// Where setup keeps what a fresh clone should not have to fetch or build twice.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout these scripts belong to. */
export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The cache folder, or a path inside it. HOMERANGE_CACHE moves it. */
export function cachePath(...parts) {
	return join(process.env.HOMERANGE_CACHE || join(homedir(), ".cache", "homerange"), ...parts);
}

/** Like cachePath, and the folder exists afterwards. */
export function cacheFolder(...parts) {
	const folder = cachePath(...parts);
	mkdirSync(folder, { recursive: true });
	return folder;
}

/** A JSON file, or undefined when it is missing or torn (a torn stamp only means that work is done again). */
export function readJson(file) {
	if (!existsSync(file)) return undefined;
	try {
		return JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** Writes a JSON file whole or not at all. */
export function writeJson(file, value) {
	mkdirSync(dirname(file), { recursive: true });
	const draft = `${file}.${process.pid}`;
	writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`);
	renameSync(draft, file);
}

/** sha256 over files and folders (names, run bits and contents) and extra strings: the identity of a recipe. */
export function hashInputs(paths, extra = []) {
	const hash = createHash("sha256");
	for (const path of paths) addToHash(hash, path, dirname(path));
	for (const text of extra) hash.update(`\0${text}`);
	return hash.digest("hex").slice(0, 24);
}

function addToHash(hash, path, root) {
	const stats = statSync(path);
	if (stats.isDirectory()) {
		for (const name of readdirSync(path).sort()) addToHash(hash, join(path, name), root);
		return;
	}
	hash.update(`\0${relative(root, path)}\0${stats.mode & 0o111 ? "x" : "-"}\0`);
	hash.update(readFileSync(path));
}
