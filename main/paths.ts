import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { HomerangeError } from "../contract/errors.ts";

/** Files that ship with the product and are read at run time. */
export interface ResourcePaths {
	/** Generated SQL of the database. */
	readonly migrations: string;
	/** Machine templates and shipped blueprints. */
	readonly templates: string;
	readonly blueprints: string;
}

/**
 * The product's files: in a checkout where their sources are, in a bundle (whose
 * code lies one folder below out/) in the copies that the build made in out/.
 */
export function resourcePaths(code = import.meta.dirname): ResourcePaths {
	const isBundle = basename(code) !== "main";
	const root = dirname(code);
	return {
		migrations: isBundle ? join(root, "migrations") : join(code, "db", "migrations"),
		templates: join(root, "templates", "machines"),
		blueprints: join(root, "templates", "blueprints"),
	};
}

/** Where the engine keeps its state: `HOMERANGE_DATA`, else the platform's place for an application's data. */
export function dataFolder(
	env: NodeJS.ProcessEnv = process.env,
	home = homedir(),
	platform = process.platform,
): string {
	if (env.HOMERANGE_DATA) return resolve(env.HOMERANGE_DATA);
	if (platform === "darwin") return join(home, "Library", "Application Support", "Homerange");
	return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "homerange");
}

/** Makes the data folder, for its owner only. */
export function prepareDataFolder(folder: string): void {
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
	} catch (error) {
		throw new HomerangeError("FORBIDDEN", `The data folder cannot be used: ${String(error)}.`, {
			place: folder,
			remedy: "Give yourself the folder, or choose another one with HOMERANGE_DATA.",
			cause: error,
		});
	}
}

/** Blueprints that bundles brought into a data folder: a folder for each, named after it. */
export function installedBlueprints(folder: string): string {
	return join(folder, "blueprints");
}

/** Longest path that a unix socket's address holds: 108 bytes on Linux, 104 on macOS, with the final zero. */
const socketPathLimit = 103;

/**
 * The engine's socket for a data folder. A folder whose path is too long for a
 * socket's address gets one in a private folder named by a hash.
 */
export function socketPath(folder: string, env: NodeJS.ProcessEnv = process.env): string {
	const inside = join(folder, "engine.sock");
	if (Buffer.byteLength(inside) <= socketPathLimit) return inside;
	const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
	const base = env.XDG_RUNTIME_DIR || join(tmpdir(), `homerange-${process.getuid?.() ?? "user"}`);
	return join(base, `homerange-${name}.sock`);
}
