import type { ResolvedMachine } from "../blueprint/index.ts";
import { type Dind, dindOf } from "../dind/index.ts";
import type { DockerEngine, InnerEngine } from "../docker/engine.ts";
import { enterProcess } from "../docker/enter-process.ts";
import { connectInnerEngine } from "../docker/inner-engine.ts";
import { DockerProvider } from "../providers/docker/docker-provider.ts";
import type { VmSite } from "../providers/libvirt/range-vms.ts";
import type { MachineProvider } from "../providers/machine-provider.ts";
import { MixedProvider } from "../providers/mixed-provider.ts";
import { attachRouter, type RouterPlace } from "../router/index.ts";
import type { RangesDeps } from "./deps.ts";
import { routerOf, routerSpec } from "./filter-spec.ts";
import { bridgeOf, hasVms, type RangeRecord, type RecordedDind } from "./record.ts";
import type { RangeStore } from "./store.ts";

/** A running range's engines, and the provider of its machines. */
export interface RangeConnection {
	readonly host: DockerEngine;
	readonly dind: Dind;
	readonly inner: InnerEngine;
	readonly provider: MachineProvider;
}

export interface ConnectionListener {
	opened(range: RangeRecord, connection: RangeConnection): void;
	closed(rangeId: string): void;
	routerAttached(rangeId: string, place: RouterPlace, fingerprint: string): void;
}

/** The range's name server knows its containers only: of VMs a machine is told, if it shares a network with them. */
function vmNamesFor(machines: readonly ResolvedMachine[], machine: ResolvedMachine): string[] {
	const own = new Set(machine.nics.map(({ network }) => network));
	return machines.flatMap(({ provider, hostname, nics }) => {
		const shared = provider === "libvirt" ? nics.find(({ network }) => own.has(network)) : undefined;
		return shared === undefined ? [] : [`${hostname}:${shared.ip}`];
	});
}

/** One connection for each range whose container runs, made on demand and shared. */
export class Connections {
	readonly #deps: RangesDeps;
	readonly #store: RangeStore;
	readonly #listener: ConnectionListener;
	readonly #open = new Map<string, RangeConnection>();
	readonly #opening = new Map<string, Promise<RangeConnection>>();

	constructor(deps: RangesDeps, store: RangeStore, listener: ConnectionListener) {
		this.#deps = deps;
		this.#store = store;
		this.#listener = listener;
	}

	find(rangeId: string): RangeConnection | null {
		return this.#open.get(rangeId) ?? null;
	}

	/** The range's container must run and its engine answer. Records the inner engine's version. */
	async open(range: RangeRecord, recorded: RecordedDind, signal?: AbortSignal): Promise<RangeConnection> {
		const present = this.#open.get(range.id);
		if (present !== undefined) return present;
		let opening = this.#opening.get(range.id);
		if (opening === undefined) {
			opening = this.#connect(range, recorded).finally(() => this.#opening.delete(range.id));
			this.#opening.set(range.id, opening);
		}
		const connection = await opening;
		signal?.throwIfAborted();
		return connection;
	}

	close(rangeId: string): void {
		const connection = this.#open.get(rangeId);
		if (connection === undefined) return;
		this.#open.delete(rangeId);
		this.#listener.closed(rangeId);
		connection.inner.close();
	}

	closeAll(): void {
		for (const rangeId of [...this.#open.keys()]) this.close(rangeId);
	}

	async #connect(range: RangeRecord, recorded: RecordedDind): Promise<RangeConnection> {
		const host = this.#deps.host.current();
		const dind = dindOf(recorded);
		const inner = await connectInnerEngine(host, dind.container, `range ${range.name}`);
		const containers = new DockerProvider({
			inner,
			site: { host, container: dind.container, enterNetns: (command) => dind.enterNetns(command) },
			range: { owner: this.#deps.owner, rangeId: range.id, rangeName: range.name },
			// As they are when asked for: an update brings new ones.
			get gateways() {
				return new Map(range.blueprint.networks.map((network) => [network.name, network.gateway]));
			},
			limits: dind.profile.limits,
			extraHosts: (machine) => vmNamesFor(range.blueprint.machines, machine),
			attachRouter: async (pid, signal) => {
				const place = { host, dind, pid };
				this.#listener.routerAttached(range.id, place, await attachRouter(place, routerSpec(range), signal));
			},
			fileSources: () => this.#store.fileSources(range.id),
		});
		const vms = this.#vmsOf(range, host, dind, containers);
		// An update may bring the first one, or have taken the last one away.
		const provider = new MixedProvider(containers, vms, () => hasVms(range) || this.#deps.vms.isConnected);
		const connection = { host, dind, inner, provider };
		this.#open.set(range.id, connection);
		this.#listener.opened(range, connection);
		if (range.dind !== null && range.dind.engine !== inner.version) {
			this.#store.update(range, { dind: { ...range.dind, engine: inner.version } });
		}
		return connection;
	}

	#vmsOf(range: RangeRecord, host: DockerEngine, dind: Dind, containers: MachineProvider): MachineProvider {
		const place = { host, container: dind.container, enterNetns: (command: string[]) => dind.enterNetns(command) };
		const site: VmSite = {
			...{ host, dind, rangeId: range.id, rangeName: range.name },
			get networks() {
				const networks = range.blueprint.networks.map(({ name, subnet, gateway, internet, isolated }) => {
					const seen = { bridge: bridgeOf(range, name), subnet, gateway, internet: internet && !isolated };
					return [name, seen] as const;
				});
				return new Map(networks);
			},
			get names() {
				const machines = range.blueprint.machines.filter(({ role }) => role === "machine");
				return new Map(machines.map(({ hostname, nics }) => [hostname, nics[0]?.ip ?? ""]));
			},
			known: () =>
				range.machines.flatMap(({ spec, engineId }) =>
					spec.provider === "libvirt" && engineId !== null ? [{ engineId, name: spec.name }] : [],
				),
			nicsOf: (name) => range.machines.find(({ spec }) => spec.name === name)?.spec.nics ?? [],
			async probeSite(signal) {
				const router = routerOf(range);
				if (router === null || router.engineId === null) return place;
				const seen = await containers.inspect(router.engineId, signal);
				return seen?.processId ? enterProcess(place, seen.processId) : place;
			},
			fileSources: () => this.#store.fileSources(range.id),
		};
		return this.#deps.vms.provider(site);
	}
}
