import type { CallOptions } from "../connection/rpc-connection.ts";
import * as calls from "../protocol/snapshot.ts";
import type { Domain, Snapshot } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

/** Snapshots of domains. */
export class Snapshots {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	/** With the flags of `CreateSnapshot`. */
	async create(domain: Domain, xml: string, flags = 0, options?: CallOptions): Promise<Snapshot> {
		return (await this.#caller.call(calls.create, { domain, xml, flags }, options)).snapshot;
	}

	async list(domain: Domain, flags = 0, options?: CallOptions): Promise<Snapshot[]> {
		return (await this.#caller.call(calls.listAll, { domain, needResults: true, flags }, options)).snapshots;
	}

	async children(snapshot: Snapshot, flags = 0, options?: CallOptions): Promise<Snapshot[]> {
		return (await this.#caller.call(calls.listChildren, { snapshot, needResults: true, flags }, options)).snapshots;
	}

	async lookupByName(domain: Domain, name: string, options?: CallOptions): Promise<Snapshot> {
		return (await this.#caller.call(calls.lookupByName, { domain, name, flags: 0 }, options)).snapshot;
	}

	async xml(snapshot: Snapshot, flags = 0, options?: CallOptions): Promise<string> {
		return (await this.#caller.call(calls.getXml, { snapshot, flags }, options)).xml;
	}

	/** The snapshot that the domain stands on now; null when there is none. */
	async current(domain: Domain, options?: CallOptions): Promise<Snapshot | null> {
		const { present } = await this.#caller.call(calls.hasCurrent, { domain, flags: 0 }, options);
		return present ? (await this.#caller.call(calls.current, { domain, flags: 0 }, options)).snapshot : null;
	}

	async isCurrent(snapshot: Snapshot, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.isCurrent, { snapshot, flags: 0 }, options)).current;
	}

	/** Fails with `isNoSnapshot` for a root. */
	async parent(snapshot: Snapshot, options?: CallOptions): Promise<Snapshot> {
		return (await this.#caller.call(calls.getParent, { snapshot, flags: 0 }, options)).snapshot;
	}

	async hasMetadata(snapshot: Snapshot, options?: CallOptions): Promise<boolean> {
		return (await this.#caller.call(calls.hasMetadata, { snapshot, flags: 0 }, options)).metadata;
	}

	/** Gives a running domain a new id: look it up again. */
	revert(snapshot: Snapshot, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.revert, { snapshot, flags }, options);
	}

	delete(snapshot: Snapshot, flags = 0, options?: CallOptions): Promise<void> {
		return this.#caller.call(calls.remove, { snapshot, flags }, options);
	}
}
