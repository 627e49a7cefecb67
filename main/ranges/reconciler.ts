import { toErrorInfo } from "../../contract/errors.ts";
import { removeStaleHelpers } from "../dind/index.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { RangeConnection } from "./connections.ts";
import { interruptedReason } from "./interruption.ts";
import type { ObserverEars } from "./observer.ts";
import type { OperationParts } from "./parts.ts";
import { raiseWall } from "./range-wall.ts";
import type { RangeRecord } from "./record.ts";
import { type ContainerState, operationOf } from "./states.ts";
import { containerFacts, unreachableReason } from "./truth.ts";

export interface ReconcilerOptions {
	readonly parts: OperationParts;
	isBusy(rangeId: string): boolean;
	/** Starts a range again that ran before its engine or host restarted. */
	startAgain(range: RangeRecord): void;
	/** Finishes a destroy that was cut off. */
	destroy(range: RangeRecord): void;
}

/**
 * Brings wanted, recorded and actual together: for all ranges when the engine
 * starts or Docker comes back, for one whenever something happened to it. A range
 * on which an operation acts is left to that operation.
 */
export class Reconciler implements ObserverEars {
	readonly #o: ReconcilerOptions;
	readonly #closed = new AbortController();
	/** Ranges that are being looked at; true when something happened meanwhile. */
	readonly #looking = new Map<string, boolean>();

	constructor(options: ReconcilerOptions) {
		this.#o = options;
	}

	/** At start-up: a state that only an operation gives means that the operation died with its engine. */
	markInterrupted(): void {
		const { store } = this.#o.parts;
		for (const range of store.all()) {
			if (range.interrupted === "update") {
				// It says so since it was recorded; the step is known when it died in one.
				const step = store.openSteps(range.id)[0] ?? null;
				if (step !== null || range.reason === null) {
					store.update(range, { state: "degraded", reason: interruptedReason("update", step) });
				}
				continue;
			}
			const operation = operationOf(range.state);
			// A destroy is simply finished, by the first reconcile.
			if (operation === null || operation === "destroy" || range.wanted === "destroyed") continue;
			const reason = interruptedReason(operation, store.openSteps(range.id)[0] ?? null);
			const interrupted = range.wanted === "running" && operation === "stop" ? "restart" : operation;
			store.update(range, { state: "failed", interrupted, reason });
		}
	}

	async reconcile(signal: AbortSignal): Promise<void> {
		const { store, deps, layers } = this.#o.parts;
		await Promise.all(store.all().map((range) => this.#reconcileOne(range, signal)));
		const host = deps.host.current();
		const [removed] = await Promise.all([removeStaleHelpers(host, signal), layers.tidy(host, signal)]);
		if (removed > 0) deps.log.info({ removed }, "containers that a killed engine left were removed");
	}

	/** The host engine does not answer: what is shown may be out of date, and says so. */
	engineLost(): void {
		const { store, connections } = this.#o.parts;
		connections.closeAll();
		for (const range of store.all()) {
			if (!this.#o.isBusy(range.id) && range.reason === null) store.update(range, { reason: unreachableReason });
		}
	}

	rangeHappened(range: RangeRecord): void {
		if (this.#o.isBusy(range.id)) return;
		if (this.#looking.has(range.id)) {
			this.#looking.set(range.id, true);
			return;
		}
		void this.#look(range);
	}

	machineHappened(range: RangeRecord): void {
		if (this.#o.isBusy(range.id)) return;
		if (this.#o.parts.connections.find(range.id) !== null) this.#o.parts.truth.derive(range, "running");
	}

	async routerEnded(range: RangeRecord, connection: RangeConnection, signal: AbortSignal): Promise<void> {
		// An operation unplugs and plugs it in by its own steps, and may be further by now than this event.
		if (!this.#o.isBusy(range.id)) await this.#o.parts.filters.routerEnded(range, connection, signal);
	}

	engineCameBack(range: RangeRecord, connection: RangeConnection): void {
		const { truth, states } = this.#o.parts;
		const { signal } = this.#closed;
		const work = async () => {
			await truth.assertFilter(range, connection, signal);
			await states.seeAll(range, connection.provider, signal);
			this.machineHappened(range);
		};
		work().catch((error: unknown) => this.#complain(range, error));
	}

	close(): void {
		this.#closed.abort();
	}

	async #look(range: RangeRecord): Promise<void> {
		const { truth, store } = this.#o.parts;
		const before = range.state;
		do {
			this.#looking.set(range.id, false);
			try {
				await truth.settle(range, this.#closed.signal);
			} catch (error) {
				this.#complain(range, error);
			}
		} while (this.#looking.get(range.id) === true && !this.#o.isBusy(range.id));
		this.#looking.delete(range.id);
		if (store.find(range.id) !== null && range.state !== before) this.#tell(range);
	}

	async #reconcileOne(range: RangeRecord, signal: AbortSignal): Promise<void> {
		const { deps, truth, store } = this.#o.parts;
		if (this.#o.isBusy(range.id)) return;
		try {
			if (range.wanted === "destroyed") {
				this.#o.destroy(range);
				return;
			}
			const { state: container } = await containerFacts(deps.host.current(), range, signal);
			if (container === "stopped" && range.wanted !== "stopped" && range.interrupted === null) {
				if (deps.settings.get().afterRestart === "restore") {
					this.#o.startAgain(range);
					return;
				}
				store.update(range, { wanted: "stopped" });
				await truth.settle(range, signal);
				store.update(range, { reason: "It was stopped by a restart of Docker or of its host." });
				this.#tell(range);
				return;
			}
			const before = range.state;
			await truth.settle(range, signal);
			if (range.state !== before) this.#tell(range);
			await this.#finishNetworkSwitch(range, container, signal);
		} catch (error) {
			if (signal.aborted) return;
			this.#complain(range, error);
			// One range that cannot be looked at must not hide the others; what is known of it is that.
			if (!isNotFound(error)) {
				store.update(range, { reason: `Its state could not be found out: ${toErrorInfo(error).message}` });
			}
		}
	}

	/** A switch of a network's internet that died half-way: the filter is asserted by now, the wall outside is not. */
	async #finishNetworkSwitch(range: RangeRecord, container: ContainerState, signal: AbortSignal): Promise<void> {
		const { store, deps } = this.#o.parts;
		if (range.interrupted !== null || range.dind === null || store.openSteps(range.id).length === 0) return;
		if (container === "running") await raiseWall(deps, deps.host.current(), range, range.dind.image, signal);
		store.clearJournal(range.id);
	}

	#tell(range: RangeRecord): void {
		const isWell = range.state === "running" || range.state === "stopped" || range.state === "paused";
		this.#o.parts.deps.events.record({
			severity: isWell ? "info" : "error",
			type: `range.${range.state}`,
			actor: "docker",
			subject: { range: range.name, rangeId: range.id },
			message: `${range.name} is ${range.state}. ${range.reason ?? ""}`.trim(),
		});
	}

	#complain(range: RangeRecord, error: unknown): void {
		if (this.#closed.signal.aborted) return;
		this.#o.parts.deps.log.warn({ error, range: range.name }, "a range's state could not be found out");
	}
}
