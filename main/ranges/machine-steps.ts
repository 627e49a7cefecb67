import { MachineFault } from "../providers/machine-fault.ts";
import { assertNever } from "./assert-never.ts";
import type { RangeConnection } from "./connections.ts";
import type { RangesDeps } from "./deps.ts";
import { done, type StepResult } from "./graph.ts";
import type { MachineStates } from "./machine-states.ts";
import type { RangeFilters } from "./range-filters.ts";
import type { MachineRecord, RangeRecord } from "./record.ts";
import type { RangeStore } from "./store.ts";

export type MachineStepKind = "create" | "start" | "ready" | "stop";

/** The steps of machines: each says the machine's state while it works, and what came of it. */
export class MachineSteps {
	readonly #deps: RangesDeps;
	readonly #store: RangeStore;
	readonly #states: MachineStates;
	readonly #filters: RangeFilters;

	constructor(o: { deps: RangesDeps; store: RangeStore; states: MachineStates; filters: RangeFilters }) {
		this.#deps = o.deps;
		this.#store = o.store;
		this.#states = o.states;
		this.#filters = o.filters;
	}

	async run(
		range: RangeRecord,
		kind: MachineStepKind,
		name: string,
		connection: RangeConnection,
		signal: AbortSignal,
	): Promise<StepResult> {
		const machine = machineOf(range, name);
		const { provider } = connection;
		this.#states.claim(machine);
		try {
			return await this.#work(range, machine, kind, connection, signal);
		} catch (error) {
			if (!(error instanceof MachineFault)) throw error;
			await this.#fault(range, machine, error.message, connection, signal);
			return { outcome: "fault", reason: error.message };
		} finally {
			if (this.#states.release(machine) && !signal.aborted) {
				await this.#states.happened(range, machine, provider, signal);
			}
		}
	}

	/** The machine is not started, because what it depends on has failed. */
	heldBack(range: RangeRecord, name: string, causeMachine: string): void {
		const machine = machineOf(range, name);
		if (name === causeMachine) return;
		const reason = `It was not started: it depends on ${causeMachine}, which failed.`;
		this.#store.updateMachine(range, machine, { state: "stopped", reason });
	}

	async #work(
		range: RangeRecord,
		machine: MachineRecord,
		kind: MachineStepKind,
		connection: RangeConnection,
		signal: AbortSignal,
	): Promise<StepResult> {
		const { provider } = connection;
		const set = (patch: Parameters<RangeStore["updateMachine"]>[2]) => this.#store.updateMachine(range, machine, patch);
		switch (kind) {
			case "create":
				set({ state: "creating", reason: null });
				set({ engineId: await provider.create(machine.spec, signal) });
				return done;
			case "start":
				set({ state: "starting", reason: null });
				await provider.start(machine.spec, engineIdOf(machine), signal);
				set({ state: "running" });
				return done;
			case "ready":
				await provider.becomeReady(machine.spec, engineIdOf(machine), signal);
				if (machine.spec.ready !== null) set({ state: "ready" });
				return done;
			case "stop":
				if (machine.engineId === null) return { outcome: "skipped", note: "it does not exist" };
				set({ state: "stopping" });
				await provider.stop(machine.engineId, this.#deps.settings.get().stopGraceSeconds, signal);
				if (machine.spec.role === "router") await this.#filters.routerEnded(range, connection, signal);
				set({ state: "stopped", reason: null });
				return done;
			default:
				return assertNever(kind);
		}
	}

	/** A machine that runs in spite of its fault (not ready, post_boot failed) says so by its reason. */
	async #fault(
		range: RangeRecord,
		machine: MachineRecord,
		reason: string,
		{ provider }: RangeConnection,
		signal: AbortSignal,
	): Promise<void> {
		const seen = machine.engineId === null ? null : await provider.inspect(machine.engineId, signal);
		if (seen?.status === "running") {
			this.#store.updateMachine(range, machine, { state: "running", reason });
			this.#states.tell(range, machine, reason);
		} else {
			this.#states.fail(range, machine, reason);
		}
	}
}

export function machineOf(range: RangeRecord, name: string): MachineRecord {
	const machine = range.machines.find((candidate) => candidate.spec.name === name);
	if (machine === undefined) throw new Error(`the range has no machine ${name}`);
	return machine;
}

function engineIdOf(machine: MachineRecord): string {
	if (machine.engineId === null) throw new MachineFault("It does not exist: it could not be created.");
	return machine.engineId;
}
