import type { DaemonEndpoint, Endpoints } from "../discovery.ts";
import { closedHere, type LibvirtConnectionError } from "../errors.ts";
import { Blocks } from "./blocks.ts";
import { Consoles } from "./consoles.ts";
import { Domains } from "./domains.ts";
import { EventSource } from "./events.ts";
import { Guests } from "./guests.ts";
import { Link } from "./link.ts";
import { Networks } from "./networks.ts";
import { Node } from "./node.ts";
import { Pools } from "./pools.ts";
import { Qemu } from "./qemu.ts";
import { Snapshots } from "./snapshots.ts";
import { Volumes } from "./volumes.ts";

/** A connection to libvirt, to one daemon or to several that together are one. */
export class LibvirtConnection {
	readonly uri: string;
	readonly mode: Endpoints["mode"];
	readonly domains: Domains;
	readonly guests: Guests;
	readonly blocks: Blocks;
	readonly consoles: Consoles;
	readonly snapshots: Snapshots;
	readonly pools: Pools;
	readonly volumes: Volumes;
	readonly networks: Networks;
	readonly node: Node;
	readonly events: EventSource;
	readonly qemu: Qemu;
	/** Settles once, with the reason. From then on every call fails. */
	readonly closed: Promise<LibvirtConnectionError>;
	readonly #closed = Promise.withResolvers<LibvirtConnectionError>();
	readonly #links: Link[];
	readonly #main: Link;

	/** For endpoints that are known; most callers want `openLibvirt`. Nothing is connected yet. */
	constructor(uri: string, { mode, endpoints }: Endpoints) {
		const links = new Map<DaemonEndpoint, Link>();
		// When one of several daemons goes, its events are lost: the whole is opened again, so that nothing stale is shown.
		const lost = (reason: LibvirtConnectionError): void => {
			for (const link of this.#links) link.close(reason);
			this.#closed.resolve(reason);
		};
		const link = (endpoint: DaemonEndpoint): Link => {
			const known = links.get(endpoint) ?? new Link(endpoint.connector, endpoint.uri, lost);
			links.set(endpoint, known);
			return known;
		};
		const domains = link(endpoints.domains);
		const networks = link(endpoints.networks);
		const storage = link(endpoints.storage);
		this.uri = uri;
		this.mode = mode;
		this.domains = new Domains(domains);
		this.guests = new Guests(domains);
		this.blocks = new Blocks(domains);
		this.consoles = new Consoles(domains);
		this.snapshots = new Snapshots(domains);
		this.pools = new Pools(storage);
		this.volumes = new Volumes(storage);
		this.networks = new Networks(networks);
		this.node = new Node(domains, link(endpoints.nodeDevices));
		this.events = new EventSource({ domains, networks, storage });
		this.qemu = new Qemu(domains);
		this.closed = this.#closed.promise;
		this.#main = domains;
		this.#links = [...links.values()];
	}

	/** Connects to the daemon of the domains; others are connected when they are needed. */
	connect(signal?: AbortSignal): Promise<void> {
		return this.#main.connect(signal);
	}

	/** Ends all of it: calls, events and streams. Safe to repeat. */
	close(): void {
		for (const link of this.#links) link.close();
		this.#closed.resolve(closedHere());
	}
}
