import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import { type DiskFormat, diskFormat } from "../../../contract/images.ts";
import { eq } from "../../db/drizzle.cjs";
import type { Database, Orm } from "../../db/open.ts";
import { disks } from "../../db/schema.ts";

export interface Disk {
	readonly name: string;
	/** Name of the file in the pool. */
	readonly file: string;
	readonly format: DiskFormat;
	readonly sizeBytes: number;
	readonly virtualBytes: number;
	readonly sha256: string;
	readonly origin: string;
	readonly createdAt: string;
	readonly lastUsed: string;
}

interface ReadOptions {
	readonly signal?: AbortSignal;
	onBytes?(done: number): void;
}

/** Files that the pool names itself: an id and the format. */
const ownFile = /^[a-z2-7]{20}\.(qcow2|raw|vmdk|vdi)(\.part)?$/;

/** The library's disk images: files of the data folder that nobody changes, and their rows, which are written last. */
export class DiskPool {
	readonly folder: string;
	readonly #db: Database;

	constructor(dataFolder: string, db: Database) {
		this.folder = join(dataFolder, "disks");
		this.#db = db;
	}

	list(): Disk[] {
		const rows = this.#db.orm.select().from(disks).orderBy(disks.name).all();
		return rows.map((row) => ({ ...row, format: diskFormat.parse(row.format) }));
	}

	find(name: string): Disk | null {
		return this.list().find((disk) => disk.name === name) ?? null;
	}

	path(disk: Pick<Disk, "file">): string {
		return join(this.folder, disk.file);
	}

	add(disk: Disk): void {
		this.#db.write((orm) => insertDisk(orm, disk));
	}

	/**
	 * Gives a whole file of the pool its place; its row is the caller's to write. A disk that is there already, byte for
	 * byte, is not kept twice: the file becomes one more name of that one, where the file system can do that. `others` are
	 * disks whose rows are not written yet.
	 */
	async settle(
		part: string,
		{ file, sha256, sizeBytes }: Pick<Disk, "file" | "sha256" | "sizeBytes">,
		{ signal, others = [] }: { signal: AbortSignal; others?: readonly Disk[] },
	): Promise<void> {
		const target = this.path({ file });
		const twin = [...this.list(), ...others].find((disk) => disk.sha256 === sha256 && disk.sizeBytes === sizeBytes);
		if (twin === undefined || !(await this.#linkTo(twin, target, signal))) await rename(part, target);
		else await rm(part);
	}

	/** False when the disk is not what it was, or cannot have one more name. */
	async #linkTo(disk: Disk, target: string, signal: AbortSignal): Promise<boolean> {
		try {
			await this.#compare(disk, { signal });
			await link(this.path(disk), target);
			return true;
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof HomerangeError || (error instanceof Error && "code" in error)) return false;
			throw error;
		}
	}

	/** The row goes first: a file without a row is removed at the next start, a row without a file would be a lie. */
	async remove(disk: Disk): Promise<void> {
		this.#db.write((orm) => deleteDisk(orm, disk.name));
		await rm(this.path(disk), { force: true });
	}

	/** What a look at the file's entry tells; null when nothing is wrong. */
	async problem(disk: Disk): Promise<string | null> {
		try {
			const { size } = await stat(this.path(disk));
			return size === disk.sizeBytes ? null : "Its file was changed: it has another size than when it was brought in.";
		} catch (error) {
			if (isGone(error)) return "Its file is gone: somebody removed it from the data folder.";
			throw error;
		}
	}

	/**
	 * Compares the file with the checksum of when it was brought in. Errors: `IMAGE_UNAVAILABLE`, when it is gone or
	 * differs in a byte.
	 */
	async verify(name: string, options: ReadOptions = {}): Promise<Disk> {
		const disk = this.find(name);
		if (disk === null) throw noDisk(name);
		await this.#compare(disk, options);
		return disk;
	}

	async #compare(disk: Disk, { signal, onBytes }: ReadOptions): Promise<void> {
		const problem = await this.problem(disk);
		if (problem !== null) throw unusable(disk, problem);
		const hash = createHash("sha256");
		let done = 0;
		for await (const chunk of createReadStream(this.path(disk), {
			highWaterMark: 1024 * 1024,
			...(signal ? { signal } : {}),
		})) {
			hash.update(chunk);
			done += chunk.length;
			onBytes?.(done);
		}
		if (hash.digest("hex") !== disk.sha256) throw unusable(disk, "Its file was changed: its SHA-256 is another one.");
	}

	/** At start-up: removes what was half brought in, or half removed, when the last engine died. */
	async clean(): Promise<string[]> {
		await mkdir(this.folder, { recursive: true, mode: 0o700 });
		const kept = new Set(this.list().map((disk) => disk.file));
		const left = (await readdir(this.folder)).filter((name) => ownFile.test(name) && !kept.has(name));
		for (const name of left) await rm(join(this.folder, name), { force: true });
		return left;
	}
}

/** For use inside a transaction: with the row of what the disk belongs to. */
export function insertDisk(orm: Orm, disk: Disk): void {
	orm.insert(disks).values(disk).run();
}

export function deleteDisk(orm: Orm, name: string): void {
	orm.delete(disks).where(eq(disks.name, name)).run();
}

export function noDisk(name: string): HomerangeError {
	return new HomerangeError("IMAGE_NOT_FOUND", `There is no image ${name}.`, {
		place: name,
		remedy: "List the images to see their names.",
	});
}

function unusable(disk: Disk, problem: string): HomerangeError {
	return new HomerangeError("IMAGE_UNAVAILABLE", `The disk image ${disk.name} cannot be used. ${problem}`, {
		place: disk.name,
		remedy: "Delete it and import it again from where it came from.",
		detail: `it came from ${disk.origin}`,
	});
}

function isGone(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}
