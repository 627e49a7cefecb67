import type { PreflightFinding } from "../../contract/blueprints.ts";
import { fact, warning } from "./preflight-finding.ts";

/** Limits of the engine's kernel that all containers together share; null where they cannot be seen. */
export interface KernelLimits {
	/** `fs.inotify.max_user_instances` and `max_user_watches`, for all containers of one user. */
	readonly inotifyInstances: number | null;
	readonly inotifyWatches: number | null;
	/** `kernel.keys.maxkeys` and `maxbytes`, for one ordinary user: root has limits a thousand times larger. */
	readonly keys: number | null;
	readonly keyBytes: number | null;
	/** `net.netfilter.nf_conntrack_max`, for each network namespace. */
	readonly conntrack: number | null;
	/** The smaller of `kernel.pid_max` and `kernel.threads-max`. */
	readonly processes: number | null;
}

/** How much of it there is, of ranges and of machines in them. */
export interface Load {
	readonly ranges: number;
	readonly machines: number;
}

/**
 * What an idle range and an idle machine take, measured on ranges of two to ten machines with inner engine 28: the
 * range's two daemons and the engine's two helpers, and for each machine its shim and a program of a few threads.
 * Desktops and images with an init system take more.
 */
const perRange = { inotifyInstances: 2, inotifyWatches: 16, keys: 3, processes: 45 };
const perMachine = { inotifyInstances: 1, inotifyWatches: 16, keys: 1, processes: 16 };
/** What the kernel reckons for a key of a container. */
const bytesPerKey = 70;
/** From here on the next range may be the one that does not start. */
const tight = 0.8;
/** Fewer tracked connections than this and one port scan in one range fills its table. */
const fewConnections = 16_384;

/** What this deploy and the ranges that run take of each limit, by an estimate that says so. Pure. */
export function kernelFindings(
	limits: KernelLimits | null,
	/** With this deploy; `unprivileged` of them run under one ordinary user's quota. */
	load: { readonly all: Load; readonly unprivileged: Load },
): PreflightFinding[] {
	if (limits === null) return [];
	const { all, unprivileged } = load;
	const keys = taken("keys", unprivileged);
	const rows = [
		row("inotify instances", taken("inotifyInstances", all), limits.inotifyInstances, "fs.inotify.max_user_instances"),
		row("inotify watches", taken("inotifyWatches", all), limits.inotifyWatches, "fs.inotify.max_user_watches"),
		row("keys of one user", keys, limits.keys, "kernel.keys.maxkeys"),
		row("bytes of keys of one user", keys * bytesPerKey, limits.keyBytes, "kernel.keys.maxbytes"),
		row("processes and threads", taken("processes", all), limits.processes, "kernel.pid_max"),
	].filter((one) => one !== null);
	const findings = rows.filter(({ used, most }) => used > most * tight).map(tightWarning);
	if (limits.conntrack !== null && limits.conntrack < fewConnections) {
		findings.push(
			warning(
				"kernel",
				`The kernel tracks only ${limits.conntrack} connections in each range; a port scan in one uses them up.`,
				"sudo sysctl net.netfilter.nf_conntrack_max=262144",
			),
		);
	}
	const counted = rows.filter(({ used }) => used > 0).map(({ what, used, most }) => `${used} of ${most} ${what}`);
	if (counted.length > 0) {
		findings.push(fact("kernel", `With the ranges that run, this takes about ${counted.join(", ")}.`));
	}
	return findings;
}

interface Row {
	readonly what: string;
	readonly used: number;
	readonly most: number;
	readonly setting: string;
}

function row(what: string, used: number, most: number | null, setting: string): Row | null {
	return most === null ? null : { what, used, most, setting };
}

function taken(what: keyof typeof perRange, { ranges, machines }: Load): number {
	return perRange[what] * ranges + perMachine[what] * machines;
}

function tightWarning({ what, used, most, setting }: Row): PreflightFinding {
	const verdict = used > most ? "more than there are" : "close to all that there are";
	return warning(
		"kernel",
		`With the ranges that run, this takes about ${used} of the kernel's ${most} ${what}: ${verdict}.`,
		`Stop ranges that are not needed now, or raise it: sudo sysctl ${setting}=${Math.max(most * 4, used * 2)}`,
	);
}
