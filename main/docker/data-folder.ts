import { statfs } from "node:fs/promises";
import { z } from "zod";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";

export interface DiskSpace {
	readonly freeBytes: number;
	readonly totalBytes: number;
}

const infoAnswer = z.object({ DockerRootDir: z.string() });

/**
 * Where a local engine keeps its data; null for an engine elsewhere (a virtual machine, a socket that leads to
 * another host), whose disk only a container of that engine can see.
 */
export async function localDataFolder(host: DockerEngine, signal: AbortSignal): Promise<string | null> {
	const { DockerRootDir: folder } = infoAnswer.parse(await asking(host.api).info({ abortSignal: signal }));
	try {
		await statfs(folder);
		return folder;
	} catch {
		// It is not of this machine, or closed to us.
		return null;
	}
}

export async function spaceOf(folder: string): Promise<DiskSpace> {
	const { bavail, blocks, bsize } = await statfs(folder);
	return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
