import { lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { readTextBounded } from "../blueprint/read-text.ts";
import { newId } from "../db/new-id.ts";

const record = z.strictObject({ part: z.string().max(8192) });
const suffix = ".part";

/**
 * Files that are being written outside the data folder. Each is recorded before it exists, so that the next engine
 * removes what a dead one left there.
 */
export class PartFiles {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** A name beside the file that nobody uses, already recorded. Disposing forgets the record; remove or rename the file first. */
	async beside(file: string): Promise<{ part: string; forget(): Promise<void> }> {
		const id = newId();
		const part = `${file}.${id}${suffix}`;
		const place = join(this.#folder, `${id}.json`);
		await mkdir(this.#folder, { recursive: true, mode: 0o700 });
		const handle = await open(place, "wx", 0o600);
		try {
			await handle.writeFile(JSON.stringify({ part }));
			await handle.sync();
		} finally {
			await handle.close();
		}
		return { part, forget: () => rm(place, { force: true }) };
	}

	/** Removes what is recorded: nothing is being written yet when an engine starts. Gives the files that went. */
	async removeLeft(): Promise<string[]> {
		const removed: string[] = [];
		const ids = await readdir(this.#folder).catch((error: NodeJS.ErrnoException): string[] => {
			if (error.code === "ENOENT") return [];
			throw error;
		});
		for (const name of ids) {
			const place = join(this.#folder, name);
			const id = basename(name, ".json");
			// A record that was cut off by the crash itself names no file that exists.
			const { part } = parse(await readTextBounded(place, 16_384, "16 KiB")) ?? { part: null };
			if (part?.endsWith(`.${id}${suffix}`) && (await isFile(part))) {
				await rm(part);
				removed.push(part);
			}
			await rm(place);
		}
		return removed;
	}
}

function parse(text: string): z.infer<typeof record> | null {
	try {
		return record.parse(JSON.parse(text));
	} catch {
		return null;
	}
}

async function isFile(path: string): Promise<boolean> {
	return await lstat(path).then(
		(found) => found.isFile(),
		() => false,
	);
}
