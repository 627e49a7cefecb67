import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..", "..");
const testbed = join(repository, "scripts", "testbed.mjs");
const limitMs = 300_000;
const lastBytes = 4 * 1024 ** 2;
const chunkBytes = 128 * 1024;

/** A Docker Engine whose data, and whatever else is put there, is on a small file system of its own. */
export interface SmallEngine {
	/** As DOCKER_HOST takes it. */
	readonly endpoint: string;
	/** A folder on the same file system, for a test's data. */
	readonly data: string;
	/** Fills the file system until only so many bytes are free. */
	fill(freeBytes: number): void;
	/** Takes the filling out again. */
	free(): void;
	close(): void;
}

/** Whether this process may make one: it mounts a file. */
export const canHaveSmallEngine = process.platform === "linux" && process.getuid?.() === 0;

/**
 * Starts an engine on an ext4 file system in a file, in a network namespace of its own, so that its rules and bridges
 * are not those of the usual engine. Images come from that one.
 */
export function startSmallEngine(bytes: number, images: readonly string[]): SmallEngine {
	const folder = mkdtempSync(join(tmpdir(), "homerange-small-"));
	const [file, disk, state] = ["disk.img", "disk", "state"].map((name) => join(folder, name)) as [
		string,
		string,
		string,
	];
	const socket = join(folder, "docker.sock");
	const bed = ["--state", state, "--socket", socket, "--data-root", join(disk, "docker")];
	const run = (command: string, ...parameters: string[]) =>
		execFileSync(command, parameters, { stdio: ["ignore", "pipe", "pipe"], timeout: limitMs });
	mkdirSync(disk);
	run("truncate", "-s", String(bytes), file);
	// Nothing is kept back for root: what is full is full for the engine as well.
	run("mkfs.ext4", "-q", "-m", "0", file);
	run("mount", "-o", "loop", file, disk);
	const filler = join(disk, "filler");
	const close = () => {
		rmSync(filler, { force: true });
		run(process.execPath, testbed, "down", ...bed);
		// A container that begins at this moment holds every mount of the machine until it has its own.
		run("umount", "--lazy", disk);
		rmSync(folder, { recursive: true });
	};
	try {
		const up = 'ip link set lo up; exec "$0" "$@"';
		run("unshare", "-n", "sh", "-c", up, process.execPath, testbed, "up", ...bed);
		const load = `docker save ${images.join(" ")} | docker -H unix://${socket} load`;
		run("sh", "-c", load);
		mkdirSync(join(disk, "data"));
	} catch (error) {
		close();
		throw error;
	}
	return {
		endpoint: `unix://${socket}`,
		data: join(disk, "data"),
		fill(freeBytes) {
			const available = () => {
				const { bavail, bsize } = statfsSync(disk);
				return bavail * bsize;
			};
			// The last of it is written: blocks that others have asked for and not yet got are not to be had at once.
			run("fallocate", "-l", String(Math.max(1, available() - freeBytes - lastBytes)), filler);
			const file = openSync(filler, "a");
			try {
				while (available() > freeBytes) {
					writeSync(file, Buffer.alloc(chunkBytes, 1));
					fsyncSync(file);
				}
			} finally {
				closeSync(file);
			}
		},
		free: () => rmSync(filler),
		close,
	};
}
