import { waitForInnerEngine } from "../dind/index.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { Connections, RangeConnection } from "./connections.ts";
import type { RangesDeps } from "./deps.ts";
import { interruptedReason } from "./interruption.ts";
import type { MachineStates } from "./machine-states.ts";
import type { RangeFilters } from "./range-filters.ts";
import { hasVms, type RangeRecord } from "./record.ts";
import { type ContainerState, deriveRangeState } from "./states.ts";
import type { RangeStore } from "./store.ts";

export const unreachableReason = "The Docker Engine does not answer; this is the last known state.";

/** Finds out what is true of a range on which no operation acts, and records it. */
export class RangeTruth {
	readonly #deps: RangesDeps;
	readonly #store: RangeStore;
	readonly #connections: Connections;
	readonly #machines: MachineStates;
	readonly #filters: RangeFilters;

	constructor(o: {
		deps: RangesDeps;
		store: RangeStore;
		connections: Connections;
		machines: MachineStates;
		filters: RangeFilters;
	}) {
		this.#deps = o.deps;
		this.#store = o.store;
		this.#connections = o.connections;
		this.#machines = o.machines;
		this.#filters = o.filters;
	}

	/** Looks at the range's container and its machines and records the state that follows. */
	async settle(range: RangeRecord, signal: AbortSignal): Promise<ContainerState> {
		const { state: container, end } = await containerFacts(this.#deps.host.current(), range, signal);
		if (container === "running") {
			const { provider } = await this.connect(range, signal);
			await this.#machines.seeAll(range, provider, signal);
		} else if (container === "paused") {
			// Its connections are frozen with it and go on after the wake.
			this.#machines.allDown(range, "paused");
		} else {
			this.#connections.close(range.id);
			// They hang on the container's network: what it takes down, they do not outlive.
			if (hasVms(range)) await this.#halt(range, signal);
			this.#machines.allDown(range, "stopped");
		}
		this.derive(range, container, end);
		return container;
	}

	async #halt(range: RangeRecord, signal: AbortSignal): Promise<void> {
		try {
			await this.#deps.vms.halt(range.id, signal);
		} catch (error) {
			// The hypervisor's return is a reason to look again.
			signal.throwIfAborted();
			this.#deps.log.warn({ error, range: range.name }, "the VMs of a range that is down could not be switched off");
		}
	}

	/** Records the state that follows from the recorded states of the machines. */
	derive(range: RangeRecord, container: ContainerState, end: string | null = null): void {
		const machines = range.machines.map(({ spec, state, wanted, reason }) => ({
			name: spec.name,
			state,
			wanted,
			reason,
		}));
		const derived = deriveRangeState({ wanted: range.wanted, container, end, machines });
		const isAsWanted = derived.state === range.wanted;
		// These are over only when all of their steps were done; of the others the result is all that counts.
		const needsItsEnd = range.interrupted === "deploy" || range.interrupted === "update";
		if (range.interrupted === null || (!needsItsEnd && isAsWanted)) {
			this.#store.update(range, { ...derived, interrupted: null });
			return;
		}
		const reason = interruptedReason(range.interrupted, this.#store.openSteps(range.id)[0] ?? null);
		const unfinished = range.interrupted === "update" && derived.state === "running" ? "degraded" : derived.state;
		this.#store.update(range, { state: range.interrupted === "deploy" ? "failed" : unfinished, reason });
	}

	/** The connection to a range whose container runs; a new one waits for the inner engine and asserts the filter. */
	async connect(range: RangeRecord, signal: AbortSignal): Promise<RangeConnection> {
		const known = this.#connections.find(range.id);
		if (known !== null) return known;
		const { dind } = range;
		if (dind === null) throw new Error("a range without a container cannot be connected");
		await waitForInnerEngine(this.#deps.host.current(), dind, signal);
		const connection = await this.#connections.open(range, dind, signal);
		// Somebody else may have started the container, or the inner engine, since we looked last.
		await this.assertFilter(range, connection, signal);
		return connection;
	}

	/** Puts the filter in force again, whoever changed or flushed it. */
	async assertFilter(range: RangeRecord, connection: RangeConnection, signal: AbortSignal): Promise<void> {
		await this.#filters.apply(range, connection, signal);
	}
}

export interface ContainerFacts {
	readonly state: ContainerState;
	/** How a stopped one ended, in words. */
	readonly end: string | null;
}

/** The range's container as the host engine shows it. */
export async function containerFacts(
	host: DockerEngine,
	range: RangeRecord,
	signal: AbortSignal,
): Promise<ContainerFacts> {
	if (range.dind === null) return { state: "absent", end: null };
	try {
		const options: object = { abortSignal: signal };
		const { State: state } = await host.api.getContainer(range.dind.container).inspect(options);
		if (state.Paused) return { state: "paused", end: null };
		if (state.Running) return { state: "running", end: null };
		const why = state.OOMKilled ? "the range's memory was used up" : `exit code ${state.ExitCode}`;
		return { state: "stopped", end: why };
	} catch (error) {
		if (isNotFound(error)) return { state: "absent", end: null };
		throw error;
	}
}
