import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import type { DockerEngine } from "../../main/docker/engine.ts";

const repository = join(import.meta.dirname, "..", "..");

/** What a reader of the figures has to know of the machine and of the versions. */
export interface MachineFacts {
	readonly system: string;
	readonly processor: string;
	readonly cores: number;
	readonly memoryGb: number;
	readonly docker: string;
	readonly dindImage: string;
	readonly node: string;
	/** The commit that was measured, with a + when files differ from it; null outside of a checkout. */
	readonly commit: string | null;
	/** Processes that ran or waited to run in the last minute, before the first bench. */
	readonly load: number;
}

export function machineFacts(host: DockerEngine, dindImage: string): MachineFacts {
	return {
		system: `${process.platform} ${release()} ${arch()}`,
		processor: cpus()[0]?.model.trim() ?? "unknown",
		cores: cpus().length,
		memoryGb: Math.round(totalmem() / 2 ** 30),
		docker: host.version,
		dindImage,
		node: process.versions.node,
		commit: commit(),
		load: currentLoad(),
	};
}

export function currentLoad(): number {
	return Math.round((loadavg()[0] ?? 0) * 10) / 10;
}

function commit(): string | null {
	try {
		const git = (...args: string[]) => execFileSync("git", args, { cwd: repository, encoding: "utf8", stdio: "pipe" });
		const isChanged = git("status", "--porcelain", "--untracked-files=no").trim() !== "";
		return git("rev-parse", "HEAD").trim() + (isChanged ? "+" : "");
	} catch {
		// A copy without git: the version tells.
		return `version ${JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).version}`;
	}
}
