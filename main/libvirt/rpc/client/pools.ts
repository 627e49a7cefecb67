import type { CallOptions } from "../connection/rpc-connection.ts";
import { type PoolState, poolState } from "../names.ts";
import * as calls from "../protocol/storage.ts";
import type { StoragePool, Volume } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface PoolInfo {
	state: PoolState;
	/** Bytes, as the next ones. */
	capacity: number;
	allocation: number;
	available: number;
}

/** Storage pools: places that volumes are kept in. */
export class Pools {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	async list(flags = 0, options?: CallOptions): Promise<StoragePool[]> {
		return (await this.#caller.call(calls.listPools, { needResults: true, flags }, options)).pools;
	}

	async lookupByName(name: string, options?: CallOptions): Promise<StoragePool> {
		return (await this.#caller.call(calls.poolByName, { name }, options)).pool;
	}

	async lookupByUuid(uuid: string, options?: CallOptions): Promise<StoragePool> {
		return (await this.#caller.call(calls.poolByUuid, { uuid }, options)).pool;
	}

	async lookupByVolume(volume: Volume, options?: CallOptions): Promise<StoragePool> {
		return (await this.#caller.call(calls.poolByVolume, { volume }, options)).pool;
	}

	/** The pool of a folder on the daemon's host. */
	async lookupByTargetPath(path: string, options?: CallOptions): Promise<StoragePool> {
		return (await this.#caller.call(calls.poolByTargetPath, { path }, options)).pool;
	}

	/** Makes and starts a pool that is gone when it stops. Its files stay. */
	async createXml(xml: string, flags = 0, options?: CallOptions): Promise<StoragePool> {
		return (await this.#caller.call(calls.createPoolXml, { xml, flags }, options)).pool;
	}

	async defineXml(xml: string, options?: CallOptions): Promise<StoragePool> {
		return (await this.#caller.call(calls.definePoolXml, { xml, flags: 0 }, options)).pool;
	}

	/** Makes what the pool needs, a folder for example. */
	build(pool: StoragePool, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.buildPool, { pool, flags }, options);
	}

	/** Starts it. */
	create(pool: StoragePool, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.createPool, { pool, flags }, options);
	}

	/** Stops it. Its files stay. */
	destroy(pool: StoragePool, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.destroyPool, { pool }, options);
	}

	/** Removes what the pool is on, an empty folder for example. */
	delete(pool: StoragePool, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.deletePool, { pool, flags }, options);
	}

	undefine(pool: StoragePool, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.undefinePool, { pool }, options);
	}

	/** Looks for volumes that other programs made. */
	refresh(pool: StoragePool, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.refreshPool, { pool, flags: 0 }, options);
	}

	async info(pool: StoragePool, options?: CallOptions): Promise<PoolInfo> {
		const info = await this.#caller.call(calls.poolInfo, { pool }, options);
		return { ...info, state: poolState(info.state) };
	}

	async xml(pool: StoragePool, flags = 0, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.poolXml, { pool, flags }, options)).xml;
	}

	async autostart(pool: StoragePool, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.getPoolAutostart, { pool }, options)).autostart;
	}

	setAutostart(pool: StoragePool, autostart: boolean, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.setPoolAutostart, { pool, autostart }, options);
	}

	async volumes(pool: StoragePool, options?: CallOptions): Promise<Volume[]> {
		return (await this.#caller.call(calls.listVolumes, { pool, needResults: true, flags: 0 }, options)).volumes;
	}
}
