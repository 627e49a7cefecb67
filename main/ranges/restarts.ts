import type { Settings } from "../../contract/settings.ts";
import type { ObservedMachine } from "../providers/machine-provider.ts";
import type { MachineRecord, RangeRecord } from "./record.ts";
import {
	announcement,
	decideRestart,
	isAnnounced,
	type RestartDecision,
	withoutAnnouncement,
} from "./restart-policy.ts";

/** Time, as the tests may turn it. Monotonic: a clock that jumps makes no machine well. */
export interface RestartClock {
	now(): number;
	after(ms: number, run: () => void): { cancel(): void };
}

export const systemClock: RestartClock = {
	now: () => performance.now(),
	after(ms, run) {
		const timer = setTimeout(run, ms);
		// A try to come keeps no engine alive.
		timer.unref();
		return { cancel: () => clearTimeout(timer) };
	},
};

export interface RestartsOptions {
	readonly clock: RestartClock;
	policy(): Settings["restartMachines"];
	isBusy(rangeId: string): boolean;
	/** Starts the machine as one operation and resolves when it is over, well or not. */
	start(range: RangeRecord, machine: MachineRecord): Promise<void>;
	/** Gives a machine that is down another reason. */
	say(range: RangeRecord, machine: MachineRecord, reason: string): void;
}

interface Tries {
	readonly range: RangeRecord;
	readonly machine: MachineRecord;
	tried: number;
	/** When the last start by the policy went well. */
	upSince: number | null;
	timer: { cancel(): void } | null;
}

/**
 * Starts machines again that ended by their own failure, each time after a longer wait. What a person does with the
 * machine or its range ends the wait.
 */
export class Restarts {
	readonly #o: RestartsOptions;
	readonly #tries = new Map<string, Tries>();

	constructor(options: RestartsOptions) {
		this.#o = options;
	}

	/** True while some try is to come. */
	get isWaiting(): boolean {
		return [...this.#tries.values()].some(({ timer }) => timer !== null);
	}

	/** The machine has ended by itself while nothing operated on it. Gives its reason, with what comes now. */
	ended(
		range: RangeRecord,
		machine: MachineRecord,
		end: Pick<ObservedMachine, "exitCode" | "outOfMemory">,
		reason: string,
	): string {
		if (range.wanted !== "running" || machine.wanted !== "running") return reason;
		const known = this.#tries.get(machine.id);
		// A machine that this engine has never started again was up for as long as it knows.
		const upForMs = known?.upSince == null ? null : this.#o.clock.now() - known.upSince;
		const decision = decideRestart({ policy: this.#o.policy(), end, tried: known?.tried ?? 0, upForMs });
		return reason + this.#follow(range, machine, decision);
	}

	/** At the engine's start: a try that was announced by an engine that has ended is made by this one. */
	takeOver(range: RangeRecord, machine: MachineRecord): void {
		if (!isAnnounced(machine.reason) || this.#tries.has(machine.id)) return;
		const reason = withoutAnnouncement(machine.reason ?? "");
		const isWanted = machine.state === "failed" && range.wanted === "running" && machine.wanted === "running";
		const decision: RestartDecision = isWanted
			? decideRestart({ policy: this.#o.policy(), end: { exitCode: 1, outOfMemory: false }, tried: 0, upForMs: null })
			: { kind: "left" };
		this.#o.say(range, machine, reason + this.#follow(range, machine, decision));
	}

	/** A person acts on the range, or on one machine of it: waits end, and their tries are forgotten. */
	cancel(rangeId: string, machineName?: string): void {
		for (const [id, { range, machine, timer }] of this.#tries) {
			if (range.id !== rangeId || (machineName !== undefined && machine.spec.name !== machineName)) continue;
			timer?.cancel();
			this.#tries.delete(id);
			if (machine.reason !== null && isAnnounced(machine.reason)) {
				this.#o.say(range, machine, withoutAnnouncement(machine.reason));
			}
		}
	}

	/** Nothing is started any more. What was announced stays announced: the next engine takes it over. */
	close(): void {
		for (const { timer } of this.#tries.values()) timer?.cancel();
		this.#tries.clear();
	}

	#follow(range: RangeRecord, machine: MachineRecord, decision: RestartDecision): string {
		const names = { range: range.name, machine: machine.spec.name };
		this.#tries.get(machine.id)?.timer?.cancel();
		if (decision.kind !== "again") {
			this.#tries.delete(machine.id);
			return announcement(decision, names);
		}
		const own: Tries = { range, machine, tried: decision.attempt, upSince: null, timer: null };
		this.#tries.set(machine.id, own);
		this.#arm(own, decision.delaySeconds * 1000);
		return announcement(decision, names);
	}

	#arm(own: Tries, ms: number): void {
		own.timer = this.#o.clock.after(ms, () => void this.#try(own, ms));
	}

	async #try(own: Tries, ms: number): Promise<void> {
		const { range, machine } = own;
		own.timer = null;
		const isCurrent = () => this.#tries.get(machine.id) === own;
		if (!isCurrent()) return;
		if (this.#o.policy() === "never") return this.cancel(range.id, machine.spec.name);
		// Another machine's operation is not disturbed; this one's turn comes after it.
		if (this.#o.isBusy(range.id)) return this.#arm(own, ms);
		// Somebody else brought it up, or it is not to run any more.
		if (machine.state !== "failed" || range.wanted !== "running") return this.cancel(range.id, machine.spec.name);
		await this.#o.start(range, machine);
		if (!isCurrent()) return;
		if (machine.state !== "failed") {
			own.upSince = this.#o.clock.now();
			return;
		}
		// It did not even come up: that counts as another end.
		const reason = withoutAnnouncement(machine.reason ?? "It failed.");
		const end = { exitCode: 1, outOfMemory: false };
		this.#o.say(range, machine, this.ended(range, machine, end, reason));
	}
}
