import { setTimeout as delay } from "node:timers/promises";
import { label } from "../dind/index.ts";
import { type DockerEvent, watchEvents } from "../docker/events.ts";
import type { MachineEvent, MachineWatch } from "../providers/machine-provider.ts";
import type { RangeConnection } from "./connections.ts";
import type { RangesDeps } from "./deps.ts";
import type { MachineStates } from "./machine-states.ts";
import { OneLook } from "./one-look.ts";
import type { MachineRecord, RangeRecord } from "./record.ts";
import type { RangeStore } from "./store.ts";

const containerActions = ["start", "die", "pause", "unpause", "destroy", "oom"];
const firstDelayMs = 100;
const longestDelayMs = 10_000;
const outOfMemoryPauseMs = 10_000;

export interface ObserverEars {
	/** Something happened to the range as a whole: look at it, unless an operation acts on it. */
	rangeHappened(range: RangeRecord): void;
	/** The stream of events of the range's inner engine is back after a break: the engine may have restarted. */
	engineCameBack(range: RangeRecord, connection: RangeConnection): void;
	/** The range's router machine is no more: whether it was stopped or died. */
	routerEnded(range: RangeRecord, connection: RangeConnection, signal: AbortSignal): Promise<void>;
	/** A machine's recorded state may have changed. */
	machineHappened(range: RangeRecord): void;
}

/**
 * Listens to engines, so that states are true without asking again and again: to
 * the host engine about the ranges' containers, to each inner engine about its
 * machines. A stream that breaks is opened again while its range runs, and then
 * everything is looked at once.
 */
export class Observer {
	readonly #deps: RangesDeps;
	readonly #store: RangeStore;
	readonly #machines: MachineStates;
	readonly #ears: ObserverEars;
	readonly #closed = new AbortController();
	readonly #watches = new Map<string, { connection: RangeConnection; watch: MachineWatch }>();
	/** A router's end must not be lost behind what happened to it since. */
	readonly #looks = new OneLook<MachineEvent>((first, second) => (first.kind === "exited" ? first : second));
	/** By machine. */
	readonly #toldOutOfMemory = new Map<string, number>();
	#hostWatch: { close(): void } | null = null;

	constructor(o: { deps: RangesDeps; store: RangeStore; machines: MachineStates; ears: ObserverEars }) {
		this.#deps = o.deps;
		this.#store = o.store;
		this.#machines = o.machines;
		this.#ears = o.ears;
	}

	/** Listens to the host engine about our containers; called again after each reconnect. Resolves once it listens. */
	async watchHost(): Promise<void> {
		this.#hostWatch?.close();
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		this.#hostWatch = watchEvents(this.#deps.host.current(), {
			filters: {
				type: ["container"],
				event: containerActions,
				label: [`${label.owner}=${this.#deps.owner}`, `${label.role}=dind`],
			},
			onOpen: resolve,
			onEvent: (event) => this.#hostEvent(event),
			// The host engine reports a broken stream by itself, and reconnecting leads back here.
			onEnd: (error) => (error === null ? resolve() : reject(error)),
		});
		await promise;
	}

	/** Listens to a range's machines until the connection is closed. */
	attach(range: RangeRecord, connection: RangeConnection): void {
		const present = this.#watches.get(range.id);
		if (present?.connection === connection) return;
		present?.watch.close();
		this.#listen(range, connection, firstDelayMs);
	}

	detach(rangeId: string): void {
		this.#watches.get(rangeId)?.watch.close();
		this.#watches.delete(rangeId);
	}

	close(): void {
		this.#closed.abort();
		this.#hostWatch?.close();
		for (const rangeId of [...this.#watches.keys()]) this.detach(rangeId);
	}

	#listen(range: RangeRecord, connection: RangeConnection, wait: number): void {
		let nextWait = wait;
		let isFirst = wait === firstDelayMs;
		const watch = connection.provider.watch({
			onEvent: (event) => this.#background(this.#machineEvent(range, connection, event)),
			onOpen: () => {
				nextWait = firstDelayMs;
				if (!isFirst) this.#ears.engineCameBack(range, connection);
				isFirst = false;
			},
			onEnd: () => {
				if (this.#watches.get(range.id)?.connection !== connection) return;
				this.#background(this.#listenAgain(range, connection, nextWait));
			},
		});
		this.#watches.set(range.id, { connection, watch });
	}

	async #listenAgain(range: RangeRecord, connection: RangeConnection, wait: number): Promise<void> {
		await delay(wait, undefined, { signal: this.#closed.signal, ref: false });
		if (this.#watches.get(range.id)?.connection !== connection) return;
		this.#listen(range, connection, Math.min(wait * 2, longestDelayMs));
	}

	async #machineEvent(range: RangeRecord, connection: RangeConnection, event: MachineEvent): Promise<void> {
		const machine = range.machines.find((candidate) => candidate.engineId === event.engineId);
		if (machine === undefined) return;
		if (event.kind === "out-of-memory") {
			this.#tellOutOfMemory(range, machine);
			return;
		}
		await this.#looks.run(machine.id, event, async ({ kind }) => {
			if (kind === "exited" && machine.spec.role === "router") {
				await this.#ears.routerEnded(range, connection, this.#closed.signal);
			}
			await this.#machines.happened(range, machine, connection.provider, this.#closed.signal);
			this.#ears.machineHappened(range);
		});
	}

	/** Processes that are killed one after the other are one row of the feed in a while, not thousands. */
	#tellOutOfMemory(range: RangeRecord, machine: MachineRecord): void {
		const last = this.#toldOutOfMemory.get(machine.id);
		if (last !== undefined && Date.now() - last < outOfMemoryPauseMs) return;
		this.#toldOutOfMemory.set(machine.id, Date.now());
		this.#deps.events.record({
			severity: "warning",
			type: "machine.out-of-memory",
			actor: "docker",
			subject: { range: range.name, rangeId: range.id, machine: machine.spec.name },
			message: `A process in ${machine.spec.name} of ${range.name} was killed because the machine's memory was used up.`,
		});
	}

	#hostEvent(event: DockerEvent): void {
		const range = this.#store.find(event.attributes[label.range] ?? "");
		if (range !== null) this.#ears.rangeHappened(range);
	}

	#background(work: Promise<unknown>): void {
		work.catch((error: unknown) => {
			if (this.#closed.signal.aborted) return;
			// The container may be going away under us; its own event brings the truth.
			this.#deps.log.warn({ error }, "looking at a machine after its event failed");
		});
	}
}
