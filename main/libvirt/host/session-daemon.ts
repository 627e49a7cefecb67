import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Folders that hold daemons and that an ordinary user's PATH leaves out. */
const daemonFolders = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
/** The one for QEMU alone first, as libvirt's own library does it. */
const daemons = ["virtqemud", "libvirtd"];
/** It ends by itself when it has had no client and no VM for so long. */
const idleSeconds = 120;
const startLimitMs = 10_000;
const retryMs = 100;

/**
 * Starts the person's own libvirt daemon, which libvirt's library does for its programs, and waits until `connect`
 * gets through. Null when no daemon is installed, and for root: a daemon that root starts is always that of the whole
 * machine, and takes the sockets from one that runs.
 */
export async function throughSessionDaemon<T>(
	env: NodeJS.ProcessEnv,
	connect: () => Promise<T>,
	signal: AbortSignal,
): Promise<T | null> {
	if (process.getuid?.() === 0) return null;
	const program = findDaemon(env);
	if (program === null) return null;
	const child = spawn(program, [`--timeout=${idleSeconds}`], { detached: true, stdio: "ignore", env });
	const failed = new Promise<Error>((resolve) => child.once("error", resolve));
	child.unref();
	const end = Date.now() + startLimitMs;
	for (;;) {
		const outcome = await Promise.race([failed, delay(retryMs, null, { signal })]);
		if (outcome !== null) throw outcome;
		try {
			return await connect();
		} catch (error) {
			// It listens a moment after it was started.
			if (Date.now() > end) throw error;
		}
	}
}

function findDaemon(env: NodeJS.ProcessEnv): string | null {
	const folders = [...(env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""), ...daemonFolders];
	for (const name of daemons) {
		for (const folder of folders) {
			const path = join(folder, name);
			try {
				accessSync(path, constants.X_OK);
				return path;
			} catch {
				// Not in this folder.
			}
		}
	}
	return null;
}
