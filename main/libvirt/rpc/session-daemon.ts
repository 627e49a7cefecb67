import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { LibvirtConnectionError } from "./errors.ts";

/** The daemon ends by itself when nobody uses it for so long and no machine runs. The number is that of libvirt's own library. */
const idleSeconds = 120;
const startLimitMs = 30_000;
const outputLimit = 64 * 1024;

/** Daemons are rarely on a user's PATH. */
const folders = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/local/sbin"];

/**
 * Starts the daemon of this user's own session, as libvirt's library does by itself. With `-d` the program ends when its
 * daemon answers. That another one runs already is no failure: whether there is one is seen by connecting.
 */
export async function startSessionDaemon(driver: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
	if (process.getuid?.() === 0) {
		throw new LibvirtConnectionError(
			"missing",
			"The user root has no libvirt session of its own.",
			"Use qemu:///system, or run as an ordinary user.",
		);
	}
	const program = findDaemon([`virt${driver}d`, "libvirtd"], env.PATH ?? "");
	if (!program) {
		throw new LibvirtConnectionError(
			"missing",
			"libvirt is not installed: there is no libvirtd.",
			"Install it: libvirt-daemon-system on Debian and Ubuntu, libvirt-daemon-kvm on Fedora, brew install libvirt on macOS.",
		);
	}
	const options = { env, timeout: startLimitMs, maxBuffer: outputLimit, ...(signal ? { signal } : {}) };
	await new Promise<void>((resolve, reject) => {
		execFile(program, ["-d", `--timeout=${idleSeconds}`], options, (error, _output, complaint) => {
			if (!error || isRunningAlready(complaint)) return resolve();
			if (signal?.aborted) return reject(signal.reason);
			reject(
				new LibvirtConnectionError(
					"refused",
					`${program} does not start: ${complaint.trim().slice(-500) || error.message}`,
					`See what it says when it is started by hand: ${program} --timeout=${idleSeconds}`,
					{ cause: error },
				),
			);
		});
	});
}

function findDaemon(names: readonly string[], path: string): string | null {
	const places = [...path.split(delimiter).filter((folder) => folder.startsWith("/")), ...folders];
	for (const name of names) {
		const found = places.map((folder) => join(folder, name)).find((file) => existsSync(file));
		if (found) return found;
	}
	return null;
}

/** Two that start at once race for one file; the loser says so and ends. */
function isRunningAlready(complaint: string): boolean {
	return /pid file|pidfile/i.test(complaint);
}
