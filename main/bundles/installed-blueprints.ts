import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, posix } from "node:path";

/** What is on its way in, and what it replaces until it is there. No blueprint's name begins so. */
const incoming = ".incoming-";
const outgoing = ".outgoing-";
/** Of "-" and a UUID behind the name. */
const markLength = 37;

export interface InstalledBlueprint {
	readonly name: string;
	/** By path below the folder, the text among them. */
	readonly files: ReadonlyMap<string, Buffer>;
}

/** How an installed blueprint stands to this one. */
export async function compareInstalled(
	folder: string,
	{ name, files }: InstalledBlueprint,
): Promise<"absent" | "same" | "different"> {
	const place = join(folder, name);
	const present = await filesBelow(place);
	if (present === null) return "absent";
	if (present.length !== files.size) return "different";
	for (const [path, content] of files) {
		if (!present.includes(path) || !content.equals(await readFile(join(place, path)))) return "different";
	}
	return "same";
}

async function filesBelow(place: string): Promise<string[] | null> {
	try {
		const found = await readdir(place, { recursive: true, withFileTypes: true });
		return found
			.filter((entry) => !entry.isDirectory())
			.map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1));
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
}

/** Puts a blueprint into its place, whole or not at all; another one of its name goes. */
export async function putInstalled(folder: string, { name, files }: InstalledBlueprint): Promise<void> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const mark = `${name}-${randomUUID()}`;
	const temporary = join(folder, incoming + mark);
	try {
		for (const [path, content] of files) {
			const target = join(temporary, path);
			await mkdir(dirname(target), { recursive: true, mode: 0o700 });
			const file = await open(target, "wx", 0o600);
			try {
				await file.writeFile(content);
				await file.sync();
			} finally {
				await file.close();
			}
		}
		const place = join(folder, name);
		const replaced = join(folder, outgoing + mark);
		const wasThere = await rename(place, replaced).then(
			() => true,
			(error: NodeJS.ErrnoException) => {
				if (error.code === "ENOENT") return false;
				throw error;
			},
		);
		await rename(temporary, place);
		if (wasThere) await rm(replaced, { recursive: true });
	} catch (error) {
		await rm(temporary, { recursive: true, force: true });
		throw error;
	}
}

/** Ends what an engine that died was putting there: a blueprint that was moved away for one that did not come is put back. */
export async function mendInstalled(folder: string): Promise<void> {
	const entries = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
		if (error.code === "ENOENT") return [];
		throw error;
	});
	for (const entry of entries) {
		const place = join(folder, entry);
		if (entry.startsWith(incoming)) await rm(place, { recursive: true, force: true });
		if (!entry.startsWith(outgoing)) continue;
		const name = entry.slice(outgoing.length, -markLength);
		if (entries.includes(name)) await rm(place, { recursive: true, force: true });
		else await rename(place, join(folder, name));
	}
}

/** A path that is another one too on a file system that ignores case, or that is the folder of another; null when none is. */
export function meetingPath(paths: readonly string[]): string | null {
	const plain = paths.map((path) => path.normalize("NFC").toLowerCase());
	const folders = new Set<string>();
	for (const path of plain) {
		for (let up = posix.dirname(path); up !== "."; up = posix.dirname(up)) folders.add(up);
	}
	return plain.find((path, n) => plain.indexOf(path) !== n || folders.has(path)) ?? null;
}
