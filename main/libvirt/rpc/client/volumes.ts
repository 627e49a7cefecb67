import { addAbortSignal, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CallOptions } from "../connection/rpc-connection.ts";
import { type VolumeType, volumeType } from "../names.ts";
import * as calls from "../protocol/storage.ts";
import type { StoragePool, Volume } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface VolumeInfo {
	type: VolumeType;
	/** Bytes that a guest sees. */
	capacity: number;
	/** Bytes that it takes on the host. */
	allocation: number;
}

export interface TransferOptions {
	/** Where in the volume to begin; default 0. */
	offset?: number;
	/** How many bytes; default all that there are. An upload of another length than announced fails. */
	length?: number;
	/** Called with the number of bytes so far. */
	onProgress?: ((bytes: number) => void) | undefined;
	signal?: AbortSignal | undefined;
}

const readOnly = { readable: true, writable: false };
const writeOnly = { readable: false, writable: true };

/** Volumes: disk images and ISO files in a pool. */
export class Volumes {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	async lookupByName(pool: StoragePool, name: string, options?: CallOptions): Promise<Volume> {
		return (await this.#caller.call(calls.volumeByName, { pool, name }, options)).volume;
	}

	async lookupByKey(key: string, options?: CallOptions): Promise<Volume> {
		return (await this.#caller.call(calls.volumeByKey, { key }, options)).volume;
	}

	async lookupByPath(path: string, options?: CallOptions): Promise<Volume> {
		return (await this.#caller.call(calls.volumeByPath, { path }, options)).volume;
	}

	/** With `<backingStore>` in the XML this is a linked clone, made in no time. Flags of `CreateVolume`. */
	async create(pool: StoragePool, xml: string, flags = 0, options?: CallOptions): Promise<Volume> {
		return (await this.#caller.call(calls.createVolume, { pool, xml, flags }, options)).volume;
	}

	/** A full copy of another volume. */
	async createFrom(pool: StoragePool, xml: string, source: Volume, flags = 0, options?: CallOptions): Promise<Volume> {
		return (await this.#caller.call(calls.createVolumeFrom, { pool, xml, source, flags }, options)).volume;
	}

	delete(volume: Volume, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.deleteVolume, { volume, flags }, options);
	}

	/** Overwrites what it holds. */
	wipe(volume: Volume, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.wipeVolume, { volume, flags: 0 }, options);
	}

	async info(volume: Volume, options?: CallOptions): Promise<VolumeInfo> {
		const info = await this.#caller.call(calls.volumeInfo, { volume }, options);
		return { ...info, type: volumeType(info.type) };
	}

	async xml(volume: Volume, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.volumeXml, { volume, flags: 0 }, options)).xml;
	}

	/** On the daemon's host. */
	async path(volume: Volume, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.volumePath, { volume }, options)).path;
	}

	resize(volume: Volume, bytes: number, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.resizeVolume, { volume, capacity: bytes, flags }, options);
	}

	/** Writes bytes into a volume, and resolves when the daemon has them all. The source is read only as fast as they go. */
	async upload(
		volume: Volume,
		source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
		{ offset = 0, length = 0, onProgress, signal }: TransferOptions = {},
	): Promise<void> {
		const args = { volume, offset, length, flags: 0 };
		const { stream } = await this.#caller.openStream(calls.uploadVolume, args, writeOnly, { signal });
		let sent = 0;
		const counted = async function* (): AsyncGenerator<Uint8Array> {
			for await (const chunk of source) {
				sent += chunk.length;
				if (length > 0 && sent > length)
					throw new RangeError(`The source has more than the ${length} bytes announced.`);
				yield chunk;
				onProgress?.(sent);
			}
			if (sent < length) throw new RangeError(`The source has ${sent} bytes, ${length} were announced.`);
		};
		await pipeline(counted, stream, signal ? { signal } : {});
	}

	/** Reads a volume's bytes. The stream ends only when the daemon confirms that they are all there. */
	async download(
		volume: Volume,
		{ offset = 0, length = 0, onProgress, signal }: TransferOptions = {},
	): Promise<Readable> {
		const args = { volume, offset, length, flags: 0 };
		const shape = { ...readOnly, onProgress };
		const { stream } = await this.#caller.openStream(calls.downloadVolume, args, shape, { signal });
		return signal ? addAbortSignal(signal, stream) : stream;
	}
}
