import type { CallOptions, Unsubscribe } from "../connection/rpc-connection.ts";
import * as names from "../names.ts";
import * as kinds from "../protocol/events.ts";
import type { Domain, Network, Parameters, StoragePool } from "../protocol/structs.ts";
import type { Caller } from "./link.ts";

export interface DomainLifecycle {
	domain: Domain;
	event: names.DomainEvent;
	/** libvirt's number for why, per event. */
	detail: number;
}

export interface DomainIoError {
	domain: Domain;
	path: string;
	device: string;
	action: names.IoErrorAction;
	/** "enospc" when the host's disk is full. */
	reason: string;
}

export interface DomainDiskChange {
	domain: Domain;
	oldPath: string | null;
	newPath: string | null;
	device: string;
	reason: number;
}

export interface DomainBlockJob {
	domain: Domain;
	disk: string;
	type: names.BlockJob;
	status: names.BlockJobStatus;
}

export interface Events {
	domainLifecycle: DomainLifecycle;
	domainReboot: { domain: Domain };
	domainAgent: { domain: Domain; state: names.AgentState; reason: number };
	domainDeviceAdded: { domain: Domain; device: string };
	domainDeviceRemoved: { domain: Domain; device: string };
	domainIoError: DomainIoError;
	domainDiskChange: DomainDiskChange;
	domainBlockJob: DomainBlockJob;
	domainJobCompleted: { domain: Domain; values: Parameters };
	domainMetadata: { domain: Domain; type: number; uri: string | null };
	domainBalloon: { domain: Domain; memoryKiB: number };
	networkLifecycle: { network: Network; event: names.NetworkEvent; detail: number };
	poolLifecycle: { pool: StoragePool; event: names.PoolEvent; detail: number };
	poolRefresh: { pool: StoragePool };
}
export type EventName = keyof Events;

type Subscribe<Payload> = (
	callers: EventCallers,
	handler: (payload: Payload) => void,
	options?: CallOptions,
) => Promise<Unsubscribe>;

/** Who sends the events of a kind of object. With one daemon for everything they are all the same. */
export interface EventCallers {
	domains: Caller;
	networks: Caller;
	storage: Caller;
}

function from<Subject, Wire, Payload>(
	which: keyof EventCallers,
	kind: kinds.EventKind<Subject, Wire>,
	read: (wire: Wire) => Payload,
): Subscribe<Payload> {
	return (callers, handler, options) => callers[which].subscribe(kind, null, (wire) => handler(read(wire)), options);
}

const sources: { [Name in EventName]: Subscribe<Events[Name]> } = {
	domainLifecycle: from("domains", kinds.domainLifecycle, ({ domain, event, detail }) => ({
		domain,
		event: names.domainEvent(event),
		detail,
	})),
	domainReboot: from("domains", kinds.domainReboot, ({ domain }) => ({ domain })),
	domainAgent: from("domains", kinds.domainAgent, ({ domain, state, reason }) => ({
		domain,
		state: names.agentState(state),
		reason,
	})),
	domainDeviceAdded: from("domains", kinds.domainDeviceAdded, ({ domain, device }) => ({ domain, device })),
	domainDeviceRemoved: from("domains", kinds.domainDeviceRemoved, ({ domain, device }) => ({ domain, device })),
	domainIoError: from("domains", kinds.domainIoError, ({ domain, path, device, action, reason }) => ({
		domain,
		path,
		device,
		action: names.ioErrorAction(action),
		reason,
	})),
	domainDiskChange: from("domains", kinds.domainDiskChange, ({ domain, oldPath, newPath, device, reason }) => ({
		domain,
		oldPath,
		newPath,
		device,
		reason,
	})),
	domainBlockJob: from("domains", kinds.domainBlockJob, ({ domain, disk, type, status }) => ({
		domain,
		disk,
		type: names.blockJob(type),
		status: names.blockJobStatus(status),
	})),
	domainJobCompleted: from("domains", kinds.domainJobCompleted, ({ domain, values }) => ({ domain, values })),
	domainMetadata: from("domains", kinds.domainMetadata, ({ domain, type, uri }) => ({ domain, type, uri })),
	domainBalloon: from("domains", kinds.domainBalloon, ({ domain, memoryKiB }) => ({ domain, memoryKiB })),
	networkLifecycle: from("networks", kinds.networkLifecycle, ({ network, event, detail }) => ({
		network,
		event: names.networkEvent(event),
		detail,
	})),
	poolLifecycle: from("storage", kinds.poolLifecycle, ({ pool, event, detail }) => ({
		pool,
		event: names.poolEvent(event),
		detail,
	})),
	poolRefresh: from("storage", kinds.poolRefresh, ({ pool }) => ({ pool })),
};

/** Events of the daemon. A driver that never sends a kind of event lets itself be asked for it all the same. */
export class EventSource {
	readonly #callers: EventCallers;

	constructor(callers: EventCallers) {
		this.#callers = callers;
	}

	/**
	 * Hears of every event of a kind until the returned function is called or the connection ends. Handlers are called in the
	 * order of the events, after the bytes at hand are read; what a handler throws is an uncaught exception.
	 */
	on<Name extends EventName>(
		name: Name,
		handler: (event: Events[Name]) => void,
		options?: CallOptions,
	): Promise<Unsubscribe> {
		return sources[name](this.#callers, handler, options);
	}
}
