import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";

/** Command lines of the processes in a container, without the look itself. */
export async function processesIn(host: DockerEngine, container: string): Promise<string[]> {
	const script = "for p in /proc/[0-9]*; do tr '\\0' ' ' 2>/dev/null <$p/cmdline && echo; done";
	const { stdout } = await runExec(host, container, { command: ["sh", "-c", script] });
	return stdout.split("\n").filter((line) => line.trim() !== "" && !line.includes("/proc/[0-9]*"));
}

/** Local addresses and ports on which this very process listens, TCP and UDP, IPv4 and IPv6. */
export async function ownListeners(): Promise<string[]> {
	const sockets = new Set<string>();
	for (const fd of readdirSync("/proc/self/fd")) {
		try {
			const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
			if (inode) sockets.add(inode);
		} catch {
			// The descriptor of the listing itself is gone by now.
		}
	}
	const found: string[] = [];
	for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
		const lines = (await readFile(`/proc/self/net/${table}`, "utf8")).split("\n").slice(1);
		for (const line of lines) {
			const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
			// 0A: listening; UDP sockets that can receive are in state 07.
			if (local && inode && sockets.has(inode) && (state === "0A" || state === "07")) found.push(`${table} ${local}`);
		}
	}
	return found;
}
