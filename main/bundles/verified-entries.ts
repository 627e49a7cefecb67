import { type FileHandle, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BundleReader } from "./bundle-reader.ts";
import { sha256 } from "./bundle-writer.ts";

const recordLimit = 16 * 1024 * 1024;

/**
 * Which entries of a bundle were compared already, so that an installation that was interrupted goes on there. The record
 * holds for one file as it is: another place, another size or a later change makes it void.
 */
export class VerifiedEntries {
	readonly #known: Set<string>;
	readonly #handle: FileHandle;

	private constructor(known: Set<string>, handle: FileHandle) {
		this.#known = known;
		this.#handle = handle;
	}

	static async open(folder: string, bundle: BundleReader): Promise<VerifiedEntries> {
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const place = recordOf(folder, bundle);
		const head = JSON.stringify(bundle.identity);
		const handle = await open(place, "a+", 0o600);
		try {
			const { size } = await handle.stat();
			// The last line may have been cut off; what it says then is the name of no entry.
			const [first, ...entries] = size > recordLimit ? [] : (await readFile(place, "utf8")).split("\n");
			if (first === head) return new VerifiedEntries(new Set(entries), handle);
			await handle.truncate(0);
			await handle.appendFile(`${head}\n`);
			return new VerifiedEntries(new Set(), handle);
		} catch (error) {
			await handle.close();
			throw error;
		}
	}

	has(name: string): boolean {
		return this.#known.has(name);
	}

	async add(name: string): Promise<void> {
		this.#known.add(name);
		await this.#handle.appendFile(`${name}\n`);
	}

	async close(): Promise<void> {
		await this.#handle.close();
	}
}

/** For a bundle that is installed, and for one that is refused. */
export async function forgetVerified(folder: string, bundle: BundleReader): Promise<void> {
	await rm(recordOf(folder, bundle), { force: true });
}

const recordOf = (folder: string, { manifestText }: BundleReader): string =>
	join(folder, `${sha256(manifestText)}.txt`);

const keptRecords = 16;

/** Bundles that nobody went on with leave their records; a few are kept. */
export async function pruneVerified(folder: string): Promise<void> {
	const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
		if (error.code === "ENOENT") return [];
		throw error;
	});
	for (const file of files.slice(keptRecords)) await rm(join(folder, file), { force: true });
}
