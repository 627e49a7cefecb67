import { readFile } from "node:fs/promises";
import type { Check } from "../check.ts";

/**
 * Limits that many nested engines meet first. Each inner engine and each of its
 * containers takes inotify instances and, as root, keys of the kernel's key ring.
 */
const limits = [
	{ file: "/proc/sys/fs/inotify/max_user_instances", name: "fs.inotify.max_user_instances", least: 512 },
	{ file: "/proc/sys/fs/inotify/max_user_watches", name: "fs.inotify.max_user_watches", least: 65_536 },
	{ file: "/proc/sys/kernel/keys/root_maxkeys", name: "kernel.keys.root_maxkeys", least: 10_000 },
	{ file: "/proc/sys/kernel/keys/maxkeys", name: "kernel.keys.maxkeys", least: 2000 },
] as const;

export const kernelLimits: Check = {
	id: "kernel-limits",
	category: "machine",
	title: "The kernel allows many ranges",
	notApplicable: ({ engine }) => {
		if (process.platform !== "linux") return "The engine's kernel is not this machine's.";
		return engine.facts?.isDesktop ? "The engine runs in a virtual machine of its own." : null;
	},
	async check() {
		const found = await Promise.all(limits.map(async (limit) => ({ ...limit, value: await numberIn(limit.file) })));
		const low = found.filter(({ value, least }) => value !== null && value < least);
		const message = `${found.map(({ name, value }) => `${name} is ${value ?? "not known"}`).join(", ")}.`;
		if (low.length === 0) return { state: "passed", message };
		return {
			state: "warning",
			message,
			remedy: `For many ranges: ${low.map(({ name, least }) => `sudo sysctl -w ${name}=${least}`).join("; ")}`,
		};
	},
};

async function numberIn(file: string): Promise<number | null> {
	try {
		return Number((await readFile(file, "utf8")).trim());
	} catch (error) {
		// A kernel built without the feature has no such limit.
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
}
