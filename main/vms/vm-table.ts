import type { Vm } from "../../contract/vms.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import type { DomainNews, LibvirtHost } from "../libvirt/host/index.ts";
import { libvirtFailure } from "../libvirt/host/index.ts";
import { type Domain, isConnectionLost, isNoDomain, type LibvirtConnection } from "../libvirt/rpc/index.ts";
import type { Logger } from "../log.ts";
import { type ReadContext, readVm } from "./read/read-vm.ts";

/** A guest that has just started gets its address some time later, and nothing tells when. */
const addressLooksMs = [5000, 15_000, 45_000, 120_000];
const place = "virtual machines";

/**
 * What is known of the VMs, kept true by the hypervisor's events and told to every watcher. Before somebody asks, nothing
 * is known. A lost connection leaves what was known: the VMs go on. A hypervisor that the person left does not.
 */
export class VmTable {
	readonly #host: LibvirtHost;
	readonly #context: ReadContext;
	readonly #changes: ChangeBus;
	readonly #log: Logger;
	readonly #known = new Map<string, Vm>();
	/** Domains that are being read, and whether something happened to them meanwhile. */
	readonly #reading = new Map<string, { again: boolean; done: Promise<void> }>();
	readonly #timers = new Set<NodeJS.Timeout>();
	#isAsked = false;

	constructor(parts: { host: LibvirtHost; context: ReadContext; changes: ChangeBus; log: Logger }) {
		this.#host = parts.host;
		this.#context = parts.context;
		this.#changes = parts.changes;
		this.#log = parts.log;
		this.#host.onDomainEvent((domain, news) => this.#hear(domain, news));
		this.#host.onConnected((connection) => {
			if (this.#isAsked) void this.#quietly(this.#readAll(connection));
		});
		this.#host.onLeft(() => {
			for (const uuid of [...this.#known.keys()]) this.#forget(uuid);
		});
	}

	known(): Vm[] {
		return [...this.#known.values()].toSorted((a, b) => a.name.localeCompare(b.name));
	}

	/** All of them, as the hypervisor says it now. */
	async list(): Promise<Vm[]> {
		this.#isAsked = true;
		await this.#readAll(await this.#host.connection());
		return this.known();
	}

	/** Reads one again, at once; gives null when it is gone. */
	async refresh(domain: Domain): Promise<Vm | null> {
		await this.#read(await this.#host.connection(), domain);
		return this.#known.get(domain.uuid) ?? null;
	}

	close(): void {
		for (const timer of this.#timers) clearTimeout(timer);
		this.#timers.clear();
	}

	async #readAll(connection: LibvirtConnection): Promise<void> {
		const domains = await connection.domains.list();
		await Promise.all(domains.map((domain) => this.#read(connection, domain)));
		const present = new Set(domains.map(({ uuid }) => uuid));
		// One that was made since the list was taken was read by its event.
		for (const uuid of [...this.#known.keys()]) {
			if (!present.has(uuid) && !this.#reading.has(uuid)) await this.#readGone(connection, uuid);
		}
	}

	async #readGone(connection: LibvirtConnection, uuid: string): Promise<void> {
		try {
			await this.#read(connection, await connection.domains.lookupByUuid(uuid));
		} catch (error) {
			if (!isNoDomain(error)) throw error;
			this.#forget(uuid);
		}
	}

	#hear(domain: Domain, news: DomainNews): void {
		if (!this.#isAsked) return;
		void this.#quietly(this.#host.connection().then((connection) => this.#read(connection, domain)));
		if (news.kind === "lifecycle" && (news.event === "started" || news.event === "resumed"))
			this.#lookForAddresses(domain);
	}

	#lookForAddresses(domain: Domain): void {
		for (const delay of addressLooksMs) {
			const timer = setTimeout(() => {
				this.#timers.delete(timer);
				const vm = this.#known.get(domain.uuid);
				if (vm?.state === "running" && vm.addresses.length === 0) void this.#quietly(this.refresh(domain));
			}, delay);
			timer.unref();
			this.#timers.add(timer);
		}
	}

	/** One after the other for each domain, and once more when something happened while it was read. */
	#read(connection: LibvirtConnection, domain: Domain): Promise<void> {
		const running = this.#reading.get(domain.uuid);
		if (running !== undefined) {
			running.again = true;
			return running.done;
		}
		const entry = { again: false, done: Promise.resolve() };
		entry.done = this.#readUntilTrue(connection, domain, entry);
		this.#reading.set(domain.uuid, entry);
		return entry.done;
	}

	async #readUntilTrue(connection: LibvirtConnection, domain: Domain, entry: { again: boolean }): Promise<void> {
		try {
			do {
				entry.again = false;
				await this.#readOnce(connection, domain);
			} while (entry.again);
		} finally {
			// In one go with the last look at `again`: whoever comes from here on begins anew.
			this.#reading.delete(domain.uuid);
		}
	}

	async #readOnce(connection: LibvirtConnection, domain: Domain): Promise<void> {
		try {
			// Names and ids change; the UUID stays.
			const now = await connection.domains.lookupByUuid(domain.uuid);
			this.#learn((await readVm(connection, now, this.#context)).vm);
		} catch (error) {
			if (!isNoDomain(error)) throw error;
			this.#forget(domain.uuid);
		}
	}

	#learn(vm: Vm): void {
		const before = this.#known.get(vm.uuid);
		this.#known.set(vm.uuid, vm);
		if (JSON.stringify(before) !== JSON.stringify(vm)) this.#changes.publish({ kind: "vm", vm });
	}

	#forget(uuid: string): void {
		if (this.#known.delete(uuid)) this.#changes.publish({ kind: "vmGone", uuid });
	}

	/** For work that nobody waits for: a connection that broke is told by the host, and read again when it is back. */
	async #quietly(work: Promise<unknown>): Promise<void> {
		try {
			await work;
		} catch (error) {
			const failure = libvirtFailure(error, place);
			if (!isConnectionLost(error)) this.#log.warn({ error: failure }, "a virtual machine could not be read");
		}
	}
}
