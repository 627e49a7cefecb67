// node_modules, compared with the lockfile package by package, so that a pulled commit or a hand-made change is noticed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson, repository } from "./cache.mjs";
import { run } from "./run.mjs";
import { alreadyDone } from "./steps.mjs";

/** Puts node_modules first in PATH: the Node 24 that lies there runs everything that is not setup itself. */
export function preferLocalPrograms() {
	process.env.PATH = `${join(repository, "node_modules", ".bin")}:${process.env.PATH}`;
}

/** Runs npm ci when node_modules is missing or is not what package-lock.json says. */
export async function installNodeModules() {
	const reason = staleReason();
	if (!reason) return alreadyDone("node_modules is what package-lock.json says");
	await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: repository, limitMs: 20 * 60_000 });
	return reason;
}

function staleReason() {
	const folder = join(repository, "node_modules");
	if (!existsSync(folder)) return "node_modules was missing";
	const wanted = readJson(join(repository, "package-lock.json"))?.packages;
	// npm writes this after each successful installation: what it really put there.
	const present = readJson(join(folder, ".package-lock.json"))?.packages;
	if (!wanted || !present) return "node_modules was not complete";
	for (const [path, entry] of Object.entries(wanted)) {
		if (path === "") continue;
		const found = present[path];
		if (!found && entry.optional) continue; // made for another system
		if (found?.version !== entry.version || found?.integrity !== entry.integrity) return `${path} was not up to date`;
	}
	const extra = Object.keys(present).find((path) => !wanted[path]);
	if (extra) return `${extra} was not in package-lock.json`;
	return existsSync(join(folder, ".bin", "node")) ? undefined : "Node 24 was missing in node_modules";
}
