import { readFile } from "node:fs/promises";
import type { KernelLimits } from "./preflight-kernel.ts";

/** Limits of this machine's kernel; each is null where it cannot be read. */
export async function kernelLimits(): Promise<KernelLimits> {
	const read = (name: string) => numberIn(`/proc/sys/${name}`);
	const [inotifyInstances, inotifyWatches, keys, keyBytes, conntrack, pids, threads] = await Promise.all([
		read("fs/inotify/max_user_instances"),
		read("fs/inotify/max_user_watches"),
		read("kernel/keys/maxkeys"),
		read("kernel/keys/maxbytes"),
		read("net/netfilter/nf_conntrack_max"),
		read("kernel/pid_max"),
		read("kernel/threads-max"),
	]);
	const known = [pids, threads].filter((limit) => limit !== null);
	const processes = known.length === 0 ? null : Math.min(...known);
	return { inotifyInstances, inotifyWatches, keys, keyBytes, conntrack, processes };
}

/** What this machine's kernel could give to new programs without swapping; null where it does not say. */
export async function availableMemory(): Promise<number | null> {
	try {
		const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile("/proc/meminfo", "utf8"))?.[1];
		return kibibytes === undefined ? null : Number(kibibytes) * 1024;
	} catch {
		// Not Linux: the engine's kernel is not ours.
		return null;
	}
}

async function numberIn(file: string): Promise<number | null> {
	try {
		const value = Number.parseInt(await readFile(file, "utf8"), 10);
		return Number.isNaN(value) ? null : value;
	} catch {
		// Not Linux, or a kernel without it.
		return null;
	}
}
