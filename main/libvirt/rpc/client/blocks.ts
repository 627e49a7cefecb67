import type { CallOptions } from "../connection/rpc-connection.ts";
import { BlockResize } from "../flags.ts";
import { type BlockJob, blockJob } from "../names.ts";
import * as calls from "../protocol/domain.ts";
import type { Domain } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface BlockInfo {
	/** Bytes that the guest sees. */
	capacity: number;
	/** Bytes in use in the image. */
	allocation: number;
	/** Bytes that the image takes on the host. */
	physical: number;
}

export interface BlockJobInfo {
	type: BlockJob;
	bandwidth: number;
	current: number;
	end: number;
}

/** Disks of domains and the jobs that run on them. A disk is named by its target ("vda") or its source path. */
export class Blocks {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	info(domain: Domain, path: string, options?: CallOptions): Promise<BlockInfo> {
		return this.#caller.call(calls.getBlockInfo, { domain, path, flags: 0 }, options);
	}

	/** Of a running domain. The guest learns of it by itself; its file system grows only when the guest does that. */
	resize(domain: Domain, disk: string, bytes: number, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.blockResize, { domain, disk, size: bytes, flags: BlockResize.bytes }, options);
	}

	/** Copies what the backing files hold into the disk, so that it stands alone. Bandwidth in MiB/s, 0 is no limit. */
	pull(domain: Domain, disk: string, bandwidth = 0, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.blockPull, { domain, path: disk, bandwidth, flags }, options);
	}

	/** Merges overlays into what they stand on. With `BlockCommit.active` it is to be ended by a pivot. */
	commit(
		domain: Domain,
		disk: string,
		{ base = null, top = null, bandwidth = 0 }: { base?: string | null; top?: string | null; bandwidth?: number } = {},
		flags = 0,
		options?: CallOptions,
	): Promise<void> {
		return this.#caller.call(calls.blockCommit, { domain, disk, base, top, bandwidth, flags }, options);
	}

	rebase(
		domain: Domain,
		disk: string,
		base: string | null,
		bandwidth = 0,
		flags = 0,
		options?: CallOptions,
	): Promise<void> {
		return this.#caller.call(calls.blockRebase, { domain, path: disk, base, bandwidth, flags }, options);
	}

	/** The job on a disk; null when there is none. */
	async job(domain: Domain, disk: string, options?: CallOptions): Promise<BlockJobInfo | null> {
		const info = await this.#caller.call(calls.getBlockJobInfo, { domain, path: disk, flags: 0 }, options);
		const { found, type, bandwidth, current, end } = info;
		return found ? { type: blockJob(type), bandwidth, current, end } : null;
	}

	/** Ends a job. With `BlockJobAbort.pivot` the machine goes on with the job's result. */
	abortJob(domain: Domain, disk: string, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.blockJobAbort, { domain, path: disk, flags }, options);
	}

	setJobSpeed(domain: Domain, disk: string, bandwidth: number, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.blockJobSetSpeed, { domain, path: disk, bandwidth, flags }, options);
	}
}
