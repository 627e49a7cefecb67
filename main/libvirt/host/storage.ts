import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { HomerangeError } from "../../../contract/errors.ts";
import { describeVolume, poolXml, type VolumeDescription, volumeXml } from "../domains/index.ts";
import {
	CreatePool,
	isNoPool,
	isNoVolume,
	isOperationInvalid,
	isVolumeExists,
	type LibvirtConnection,
	type StoragePool,
	type TransferOptions,
	type Volume,
} from "../rpc/index.ts";

/** A disk of the library that VMs stand on. */
export interface BaseImage {
	/** The file here, which nobody changes. */
	readonly path: string;
	readonly format: "qcow2" | "raw";
	readonly sizeBytes: number;
	/** What the guest sees. */
	readonly virtualBytes: number;
	readonly sha256: string;
}

/** A base that lies in the pool, complete. */
export interface BaseVolume {
	readonly name: string;
	readonly path: string;
	readonly format: "qcow2" | "raw";
	readonly virtualBytes: number;
}

export interface StoredVolume extends VolumeDescription {
	readonly name: string;
	readonly path: string;
}

type StorageConnection = Pick<LibvirtConnection, "pools" | "volumes">;

const chunkBytes = 256 * 1024;
const baseName = /^base-[0-9a-f]{64}\.(qcow2|raw)$/;
const completeSuffix = ".complete";
const nameOfBase = ({ sha256, format }: Pick<BaseImage, "sha256" | "format">) => `base-${sha256}.${format}`;

/**
 * The pool of this installation: a folder of libvirt's host with base images, which are named by their SHA-256 and
 * never written again, the disks of VMs that stand on them, and their seeds. Everything goes through libvirt, so that
 * it works where this user may not touch the folder.
 */
export class HostStorage {
	readonly name: string;
	readonly #folder: string;
	readonly #connection: StorageConnection;
	/** One after the other for each base: two machines that start from one image bring it in once. */
	readonly #bases = new Map<string, Promise<unknown>>();
	#pool: Promise<StoragePool> | null = null;

	constructor(connection: StorageConnection, name: string, folder: string) {
		this.#connection = connection;
		this.name = name;
		this.#folder = folder;
	}

	/** Where a file of the pool lies on libvirt's host. */
	path(name: string): string {
		return `${this.#folder}/${name}`;
	}

	/** Where a disk of the library lies once it was brought in. */
	basePath(image: Pick<BaseImage, "sha256" | "format">): string {
		return this.path(nameOfBase(image));
	}

	/** Whether a disk of the library was brought in, to its end. */
	async hasBase(image: Pick<BaseImage, "sha256" | "format">): Promise<boolean> {
		const pool = await this.pool();
		const name = nameOfBase(image);
		return (await this.#has(pool, name)) && (await this.#has(pool, `${name}${completeSuffix}`));
	}

	/** Whether a path of libvirt's host is a file of the pool. */
	holds(path: string): boolean {
		return path.startsWith(`${this.#folder}/`) && !path.slice(this.#folder.length + 1).includes("/");
	}

	/** Brings a disk of the library in, unless it is here. */
	ensureBase(image: BaseImage, options: TransferOptions = {}): Promise<BaseVolume> {
		const name = nameOfBase(image);
		const before = this.#bases.get(name) ?? Promise.resolve();
		const turn = before.then(
			() => this.#bringIn(name, image, options),
			() => this.#bringIn(name, image, options),
		);
		this.#bases.set(name, turn);
		const forget = () => {
			if (this.#bases.get(name) === turn) this.#bases.delete(name);
		};
		turn.then(forget, forget);
		return turn;
	}

	/** A disk that holds only what differs from its base. Made in no time, however large the base is. */
	async makeOverlay(base: Pick<BaseVolume, "path" | "format" | "virtualBytes">, name: string, sizeBytes: number) {
		const { path, format, virtualBytes } = base;
		return this.#create(name, Math.max(sizeBytes, virtualBytes), { path, format });
	}

	/** An empty disk, which takes room only as it is written. */
	async makeDisk(name: string, sizeBytes: number): Promise<string> {
		return this.#create(name, sizeBytes, null);
	}

	/** A whole disk of its own, with what another file of libvirt's host and all below it hold. */
	async copyDisk(name: string, sourcePath: string, sizeBytes: number, signal?: AbortSignal): Promise<string> {
		const { volumes } = this.#connection;
		const source = await this.#volumeAt(sourcePath, signal);
		const xml = volumeXml({ name, format: "qcow2", capacityBytes: sizeBytes });
		const made = await volumes.createFrom(await this.pool(), xml, source, 0, { signal });
		return volumes.path(made, { signal });
	}

	/** A file with these bytes; one of that name is replaced. */
	async putSeed(name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<string> {
		await this.deleteVolume(name);
		// It can hold a password: for libvirt's own user only.
		return this.#upload(name, bytes.length, [bytes], { ...(signal ? { signal } : {}), mode: "0600" });
	}

	/** A file of this host, as it is: an ISO that libvirt's own user may not reach. */
	async putFile(name: string, path: string, sizeBytes: number, options: TransferOptions = {}): Promise<string> {
		await this.deleteVolume(name);
		return this.#upload(name, sizeBytes, createReadStream(path, { highWaterMark: chunkBytes }), options);
	}

	/** False when there was none. */
	async deleteVolume(name: string): Promise<boolean> {
		const { volumes } = this.#connection;
		try {
			await volumes.delete(await volumes.lookupByName(await this.pool(), name));
			return true;
		} catch (error) {
			if (isNoVolume(error)) return false;
			throw error;
		}
	}

	async downloadVolume(name: string, options: TransferOptions = {}): Promise<Readable> {
		const { volumes } = this.#connection;
		return volumes.download(await volumes.lookupByName(await this.pool(), name), options);
	}

	async resizeVolume(name: string, sizeBytes: number): Promise<void> {
		const { volumes } = this.#connection;
		await volumes.resize(await volumes.lookupByName(await this.pool(), name), sizeBytes);
	}

	/** What libvirt knows of a file of its host; null when it is in no pool, or gone. */
	async describePath(path: string): Promise<StoredVolume | null> {
		const { volumes } = this.#connection;
		try {
			return stored(describeVolume(await volumes.xml(await this.#volumeAt(path))));
		} catch (error) {
			if (isNoVolume(error)) return null;
			throw error;
		}
	}

	/** Files of the pool, also those that others put there. */
	async volumes(): Promise<StoredVolume[]> {
		const { pools, volumes } = this.#connection;
		const pool = await this.pool();
		await pools.refresh(pool);
		const found: StoredVolume[] = [];
		for (const volume of await pools.volumes(pool)) {
			try {
				const each = stored(describeVolume(await volumes.xml(volume)));
				if (each !== null) found.push(each);
			} catch (error) {
				// Somebody removed it in this moment.
				if (!isNoVolume(error)) throw error;
			}
		}
		return found;
	}

	/** Removes bases on which nothing stands and which the library does not have any more. Gives their names. */
	async sweepBases(isKept: (sha256: string) => boolean): Promise<string[]> {
		const unused = this.#unusedBases(await this.volumes(), isKept);
		for (const name of unused) {
			// The mark first: a base without it counts as half brought in.
			await this.deleteVolume(`${name}${completeSuffix}`);
			await this.deleteVolume(name);
		}
		return unused;
	}

	/** What `clear` would remove. */
	async unused(isKept: (sha256: string) => boolean): Promise<string[]> {
		if (!(await this.#exists())) return [];
		const all = await this.volumes();
		const bases = this.#unusedBases(all, isKept);
		const gone = new Set(bases.flatMap((name) => [name, `${name}${completeSuffix}`]));
		return all.every(({ name }) => gone.has(name)) ? [...bases, this.name] : bases;
	}

	/** Removes unused bases, and the pool when nothing is in it then. Nothing may be on its way into it. Gives their names. */
	async clear(isKept: (sha256: string) => boolean): Promise<string[]> {
		if (!(await this.#exists())) return [];
		const removed = await this.sweepBases(isKept);
		if ((await this.volumes()).length > 0) return removed;
		const { pools } = this.#connection;
		const pool = await this.pool();
		this.#pool = null;
		await pools.destroy(pool);
		await pools.delete(pool);
		await pools.undefine(pool);
		return [...removed, this.name];
	}

	#unusedBases(all: readonly StoredVolume[], isKept: (sha256: string) => boolean): string[] {
		const used = new Set(all.map(({ backing }) => backing?.path ?? null));
		return all
			.filter(({ name, path }) => baseName.test(name) && !used.has(path) && !this.#bases.has(name))
			.map(({ name }) => name)
			.filter((name) => !isKept(name.slice("base-".length, "base-".length + 64)));
	}

	async #exists(): Promise<boolean> {
		try {
			await this.#connection.pools.lookupByName(this.name);
			return true;
		} catch (error) {
			if (isNoPool(error)) return false;
			throw error;
		}
	}

	/** The pool, made when it is not there and started when it is not active. */
	pool(): Promise<StoragePool> {
		this.#pool ??= this.#ensurePool().catch((error: unknown) => {
			this.#pool = null;
			throw error;
		});
		return this.#pool;
	}

	async #ensurePool(): Promise<StoragePool> {
		const { pools } = this.#connection;
		let pool: StoragePool;
		try {
			pool = await pools.lookupByName(this.name);
		} catch (error) {
			if (!isNoPool(error)) throw error;
			pool = await pools.defineXml(poolXml({ name: this.name, path: this.#folder, mode: "0711" }));
		}
		const { state } = await pools.info(pool);
		if (state !== "running") {
			try {
				await pools.create(pool, CreatePool.withBuild);
			} catch (error) {
				// Another engine of ours was faster.
				if (!isOperationInvalid(error)) throw error;
			}
			await pools.setAutostart(pool, true);
		}
		await pools.refresh(pool);
		return pool;
	}

	async #bringIn(name: string, image: BaseImage, options: TransferOptions): Promise<BaseVolume> {
		const { volumes } = this.#connection;
		const base = { name, path: this.path(name), format: image.format, virtualBytes: image.virtualBytes };
		const pool = await this.pool();
		if (await this.hasBase(image)) return base;
		// What an engine that died had brought half-way.
		await this.deleteVolume(name);
		const source = createReadStream(image.path, {
			highWaterMark: chunkBytes,
			...(options.signal ? { signal: options.signal } : {}),
		});
		await this.#upload(name, image.sizeBytes, checked(source, image), options);
		const mark = volumeXml({ name: `${name}${completeSuffix}`, format: "raw", capacityBytes: 512 });
		await volumes.create(pool, mark).catch((error: unknown) => {
			if (!isVolumeExists(error)) throw error;
		});
		return base;
	}

	/** The bytes go in as they are, whatever format they have: libvirt itself would write a header of its own first. */
	async #upload(
		name: string,
		sizeBytes: number,
		source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
		{ mode = "0444", ...options }: TransferOptions & { mode?: string },
	): Promise<string> {
		const { volumes } = this.#connection;
		const pool = await this.pool();
		const capacityBytes = Math.max(512, sizeBytes);
		const volume = await volumes.create(pool, volumeXml({ name, format: "raw", capacityBytes, mode }));
		try {
			await volumes.upload(volume, source, { ...options, length: sizeBytes });
		} catch (error) {
			await this.deleteVolume(name);
			throw error;
		}
		return this.path(name);
	}

	async #create(name: string, capacityBytes: number, backing: { path: string; format: "qcow2" | "raw" } | null) {
		const { volumes } = this.#connection;
		const xml = volumeXml({ name, format: "qcow2", capacityBytes, backing });
		return volumes.path(await volumes.create(await this.pool(), xml));
	}

	async #has(pool: StoragePool, name: string): Promise<boolean> {
		try {
			await this.#connection.volumes.lookupByName(pool, name);
			return true;
		} catch (error) {
			if (isNoVolume(error)) return false;
			throw error;
		}
	}

	/** A file that lies in no pool yet is found by looking into ours once more. */
	async #volumeAt(path: string, signal?: AbortSignal): Promise<Volume> {
		const { volumes, pools } = this.#connection;
		try {
			return await volumes.lookupByPath(path, { signal });
		} catch (error) {
			if (!isNoVolume(error) || !this.holds(path)) throw error;
			await pools.refresh(await this.pool());
			return await volumes.lookupByPath(path, { signal });
		}
	}
}

/** The bytes as they come; at their end it must be those that were brought into the library. */
async function* checked(source: AsyncIterable<Uint8Array>, { sha256, path }: BaseImage): AsyncGenerator<Uint8Array> {
	const hash = createHash("sha256");
	for await (const chunk of source) {
		hash.update(chunk);
		yield chunk;
	}
	if (hash.digest("hex") === sha256) return;
	throw new HomerangeError("IMAGE_UNAVAILABLE", "The disk image was changed: its SHA-256 is another one.", {
		place: path,
		remedy: "Delete it and import it again from where it came from.",
	});
}

function stored(volume: VolumeDescription): StoredVolume | null {
	const { name, path } = volume;
	return name === null || path === null ? null : { ...volume, name, path };
}

/** Refuses what libvirt cannot use as it is. */
export function checkBaseFormat(name: string, format: string): "qcow2" | "raw" {
	if (format === "qcow2" || format === "raw") return format;
	throw new HomerangeError("UNSUPPORTED", `The disk image ${name} is ${format}, and a VM starts from qcow2 or raw.`, {
		place: name,
		remedy: `Convert it with qemu-img convert -O qcow2, and import the result.`,
	});
}
