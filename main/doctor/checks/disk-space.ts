import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import type { Check, Patient } from "../check.ts";

const gib = 1024 ** 3;
const tooLittle = 2 * gib;
const little = 10 * gib;

/** The disks of the data folder and of the engine have room. */
export const diskSpace: Check = {
	id: "disk-space",
	category: "machine",
	title: "There is room on the disk",
	async check(patient) {
		const folders = [patient.dataFolder, ...(await engineFolder(patient))];
		const free = await Promise.all(folders.map(freeBytes));
		const message = `${folders.map((folder, index) => `${folder}: ${((free[index] ?? 0) / gib).toFixed(1)} GiB free`).join("; ")}.`;
		const least = Math.min(...free);
		const remedy = "Free some space; unused images and build caches are often the largest part (`docker system df`).";
		if (least < tooLittle) return { state: "failed", message, remedy };
		return least < little ? { state: "warning", message, remedy } : { state: "passed", message };
	},
};

async function freeBytes(folder: string): Promise<number> {
	const { bavail, bsize } = await statfs(folder);
	return bavail * bsize;
}

/** The engine's own folder, when it lies on this machine and not in a virtual one. */
async function engineFolder({ host, engine }: Patient): Promise<string[]> {
	if (host === null || engine.facts?.isDesktop) return [];
	const { DockerRootDir } = await host.api.info();
	return typeof DockerRootDir === "string" && existsSync(DockerRootDir) ? [DockerRootDir] : [];
}
