// node_modules, compared with the lockfile package by package, so that a pulled commit or a hand-made change is noticed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson, repository } from "./cache.mjs";
import { run } from "./run.mjs";
import { alreadyDone } from "./steps.mjs";

const installLimitMs = 20 * 60_000;

/** Puts node_modules first in PATH: the Node 24 that lies there runs everything that is not setup itself. */
export function preferLocalPrograms() {
	process.env.PATH = `${join(repository, "node_modules", ".bin")}:${process.env.PATH}`;
}

/** Runs npm ci when node_modules is missing or is not what package-lock.json says. */
export async function installNodeModules() {
	const reason = staleReason();
	if (!reason) return alreadyDone("node_modules is what package-lock.json says");
	const npm = (...args) => run("npm", args, { cwd: repository, limitMs: installLimitMs });
	if (await npmReadsAllowScripts()) {
		await npm("ci", "--no-audit", "--no-fund");
	} else {
		await npm("ci", "--no-audit", "--no-fund", "--ignore-scripts");
		await npm("rebuild", ...neededScripts());
	}
	return reason;
}

/** Older npm versions would run every package's install script, and compile what they find no need to. */
async function npmReadsAllowScripts() {
	const settings = await run("npm", ["config", "ls", "--long"], { cwd: repository });
	return settings.stdout.includes("allow-scripts =");
}

function neededScripts() {
	const { allowScripts } = readJson(join(repository, "package.json"));
	return Object.keys(allowScripts).filter((name) => allowScripts[name]);
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
