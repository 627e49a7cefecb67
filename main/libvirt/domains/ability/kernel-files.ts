import { readdir, readFile } from "node:fs/promises";

/** Text of a file of /sys or /proc; null when this kernel, or this device, has no such file. */
export async function contentOf(file: string): Promise<string | null> {
	return await unlessAbsent(() => readFile(file, "utf8"));
}

export async function namesIn(folder: string): Promise<readonly string[]> {
	return (await unlessAbsent(() => readdir(folder))) ?? [];
}

/** A device can vanish while it is looked at; its files then give ENODEV. */
export async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | null> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof Error && "code" in error && absent.has(String(error.code))) return null;
		throw error;
	}
}

const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ENODEV", "EINVAL"]);
