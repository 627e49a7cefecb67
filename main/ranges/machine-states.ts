import type { MachineState } from "../../contract/ranges.ts";
import { exitReason } from "../providers/machine-fault.ts";
import type { MachineProvider, ObservedMachine } from "../providers/machine-provider.ts";
import type { RangesDeps } from "./deps.ts";
import { truthOf } from "./machine-truth.ts";
import type { MachineRecord, RangeRecord } from "./record.ts";
import { isUp } from "./states.ts";
import type { RangeStore } from "./store.ts";

/** Lines of its last output that a machine's reason quotes. */
const quotedLines = 5;

/** What is told of a machine that ended by itself: its reason, and what comes of it. */
export type EndedMachine = (
	range: RangeRecord,
	machine: MachineRecord,
	end: Pick<ObservedMachine, "exitCode" | "outOfMemory">,
	reason: string,
) => string;

/** Keeps the recorded state of machines true to what their engine shows, and tells when one fails. */
export class MachineStates {
	readonly #deps: RangesDeps;
	readonly #store: RangeStore;
	readonly #ended: EndedMachine;
	/** Machines on which a step works now: it alone says their state. True when something happened meanwhile. */
	readonly #claimed = new Map<string, boolean>();
	/** What frozen machines were before: a wake makes them that again, without another probe. */
	readonly #beforeFreeze = new Map<string, { state: MachineState; reason: string | null }>();

	constructor(deps: RangesDeps, store: RangeStore, ended: EndedMachine) {
		this.#deps = deps;
		this.#store = store;
		this.#ended = ended;
	}

	claim(machine: MachineRecord): void {
		this.#claimed.set(machine.id, false);
	}

	/** True when the machine should be looked at: its engine told something while it was claimed. */
	release(machine: MachineRecord): boolean {
		const isDirty = this.#claimed.get(machine.id) === true;
		this.#claimed.delete(machine.id);
		return isDirty;
	}

	/** Something happened to the machine. Looks at it, unless a step works on it. */
	async happened(
		range: RangeRecord,
		machine: MachineRecord,
		provider: MachineProvider,
		signal: AbortSignal,
	): Promise<void> {
		if (this.#claimed.has(machine.id)) {
			this.#claimed.set(machine.id, true);
			return;
		}
		if (machine.engineId === null) return;
		await this.see(range, machine, await provider.inspect(machine.engineId, signal), provider, signal);
	}

	/** Compares all machines with what the engine holds. */
	async seeAll(
		range: RangeRecord,
		provider: MachineProvider,
		signal: AbortSignal,
		machines = range.machines,
	): Promise<void> {
		const found = new Map((await provider.list(signal)).map((machine) => [machine.name, machine]));
		await Promise.all(
			machines
				.filter((machine) => !this.#claimed.has(machine.id))
				.map((machine) => this.see(range, machine, found.get(machine.spec.name) ?? null, provider, signal)),
		);
	}

	async see(
		range: RangeRecord,
		machine: MachineRecord,
		observed: ObservedMachine | null,
		provider: MachineProvider,
		signal: AbortSignal,
	): Promise<void> {
		if (observed !== null && machine.engineId === null && range.interrupted === "update") {
			// The container from before the update is not the machine any more; the update removes it.
			const reason = "It is to be made again, and the update did not come to that.";
			this.#store.updateMachine(range, machine, { state: "failed", reason });
			return;
		}
		if (observed !== null && machine.engineId !== observed.engineId) {
			this.#store.updateMachine(range, machine, { engineId: observed.engineId });
		}
		const wanted = range.wanted === "running" || range.wanted === "paused" ? machine.wanted : "stopped";
		const truth = truthOf({ ...machine, wanted }, observed);
		switch (truth.kind) {
			case "as-recorded":
				return;
			case "is":
				if (truth.state === "failed") this.fail(range, machine, truth.reason ?? "It failed.");
				else if (truth.reason !== null)
					this.#store.updateMachine(range, machine, { state: truth.state, reason: truth.reason });
				else if (truth.state === "paused") this.freeze(range, machine);
				else if (truth.state === "running") this.runs(range, machine);
				else this.#store.updateMachine(range, machine, { state: truth.state, reason: truth.reason });
				return;
			case "ended": {
				if (observed === null) return;
				const said = await provider.tail(observed.engineId, quotedLines, signal);
				const reason = observed.error ?? exitReason(observed, said);
				this.fail(range, machine, this.#ended(range, machine, observed, reason));
			}
		}
	}

	/** Without its container nothing of a range runs; in a frozen one nothing moves. */
	allDown(range: RangeRecord, state: "stopped" | "paused"): void {
		for (const machine of range.machines) {
			const isAlive = machine.state !== "stopped" && machine.state !== "failed" && machine.engineId !== null;
			if (!isAlive || machine.state === state) continue;
			if (state === "paused") this.freeze(range, machine);
			else this.#store.updateMachine(range, machine, { state, reason: null });
		}
	}

	freeze(range: RangeRecord, machine: MachineRecord): void {
		const { state, reason } = machine;
		if (isUp(state)) this.#beforeFreeze.set(machine.id, { state, reason });
		this.#store.updateMachine(range, machine, { state: "paused", reason: null });
	}

	/** It runs: as what it was before a freeze, else just so. */
	runs(range: RangeRecord, machine: MachineRecord): void {
		const before = machine.state === "paused" ? this.#beforeFreeze.get(machine.id) : undefined;
		this.#beforeFreeze.delete(machine.id);
		this.#store.updateMachine(range, machine, before ?? { state: "running", reason: null });
	}

	/** The machine is down by its own failure. */
	fail(range: RangeRecord, machine: MachineRecord, reason: string): void {
		this.#store.updateMachine(range, machine, { state: "failed", reason });
		this.tell(range, machine, reason);
	}

	tell(range: RangeRecord, machine: MachineRecord, reason: string): void {
		this.#deps.events.record({
			severity: "error",
			type: "machine.failed",
			actor: "engine",
			subject: { range: range.name, rangeId: range.id, machine: machine.spec.name },
			message: `${machine.spec.name} of ${range.name}: ${reason}`,
		});
	}
}
