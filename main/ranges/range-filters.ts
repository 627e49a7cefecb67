import { setTimeout as delay } from "node:timers/promises";
import { enterProcess } from "../docker/enter-process.ts";
import { readRules, watchRules } from "../filter/index.ts";
import { detachRouter, type RouterPlace } from "../router/index.ts";
import type { RangeConnection } from "./connections.ts";
import type { RangesDeps } from "./deps.ts";
import { applyRangeFilter, type RangeFilter } from "./range-filter.ts";
import type { RangeRecord } from "./record.ts";

/** A change seldom comes alone: one restore is several. */
const quietMs = 200;
/** Whoever changes rules in a loop costs no more than this. */
const leastIntervalMs = 1000;
const firstRetryMs = 200;
const longestRetryMs = 30_000;
/** Between two rows in the audit feed about the same range. */
const tellIntervalMs = 60_000;

interface Watched {
	readonly range: RangeRecord;
	readonly connection: RangeConnection;
	readonly closed: AbortController;
	routerClosed: AbortController | null;
	applied: RangeFilter | null;
	isChecking: boolean;
	changedMeanwhile: boolean;
	lastTold: number;
}

/**
 * Keeps the filter of every connected range in force: applies it, listens to changes of the rules, and puts back
 * what somebody else changed or flushed, in the range's container and in its router machine.
 */
export class RangeFilters {
	readonly #deps: RangesDeps;
	readonly #watched = new Map<string, Watched>();
	/**
	 * Everything that touches the rules of one range happens one after the other, by the range's id: what began on a
	 * connection that was replaced meanwhile may still be at work in the same container.
	 */
	readonly #turns = new Map<string, Promise<unknown>>();

	constructor(deps: RangesDeps) {
		this.#deps = deps;
	}

	/** Begins to listen; what is in force is known once it was applied. */
	attach(range: RangeRecord, connection: RangeConnection): void {
		this.detach(range.id);
		const watched: Watched = {
			range,
			connection,
			closed: new AbortController(),
			routerClosed: null,
			applied: null,
			isChecking: false,
			changedMeanwhile: false,
			lastTold: Number.NEGATIVE_INFINITY,
		};
		this.#watched.set(range.id, watched);
		this.#listen(watched, null, watched.closed.signal, firstRetryMs);
	}

	detach(rangeId: string): void {
		const watched = this.#watched.get(rangeId);
		this.#watched.delete(rangeId);
		watched?.closed.abort();
		watched?.routerClosed?.abort();
	}

	close(): void {
		for (const rangeId of [...this.#watched.keys()]) this.detach(rangeId);
	}

	/** Puts the range's filter in force. Idempotent. */
	async apply(range: RangeRecord, connection: RangeConnection, signal: AbortSignal): Promise<RangeFilter> {
		return await this.#inTurn(range.id, async () => {
			const applied = await applyRangeFilter(range, connection, this.#deps.settings.get().outerPool, signal);
			const watched = this.#watched.get(range.id);
			if (watched?.connection === connection) this.#remember(watched, applied);
			return applied;
		});
	}

	/** A router machine has just been plugged in, with its rules. */
	routerAttached(rangeId: string, place: RouterPlace, fingerprint: string): void {
		const watched = this.#watched.get(rangeId);
		if (watched?.applied == null) return;
		this.#remember(watched, { ...watched.applied, router: { place, fingerprint } });
	}

	/** The router machine has ended: its links go, and what listens in it lets go of it. */
	async routerEnded(range: RangeRecord, connection: RangeConnection, signal: AbortSignal): Promise<void> {
		const watched = this.#watched.get(range.id);
		if (watched?.applied != null) this.#remember(watched, { ...watched.applied, router: null });
		await detachRouter(connection, signal);
	}

	#remember(watched: Watched, applied: RangeFilter): void {
		const before = watched.applied?.router?.place.pid ?? null;
		watched.applied = applied;
		const pid = applied.router?.place.pid ?? null;
		if (pid === before) return;
		watched.routerClosed?.abort();
		watched.routerClosed = null;
		if (pid === null) return;
		watched.routerClosed = new AbortController();
		this.#listen(watched, pid, watched.routerClosed.signal, firstRetryMs);
	}

	#listen(watched: Watched, pid: number | null, closed: AbortSignal, wait: number): void {
		let nextWait = wait;
		const { host, dind } = watched.connection;
		const watch = watchRules(host, pid === null ? dind : enterProcess(dind, pid), {
			onChange: () => {
				nextWait = firstRetryMs;
				void this.#check(watched);
			},
			onEnd: () => {
				if (closed.aborted) return;
				// A killed watch may be there to hide something: look, then listen again.
				void this.#check(watched);
				delay(nextWait, undefined, { signal: closed, ref: false }).then(
					() => this.#listen(watched, pid, closed, Math.min(nextWait * 2, longestRetryMs)),
					() => undefined,
				);
			},
		});
		closed.addEventListener("abort", () => watch.close(), { once: true });
	}

	/** Compares what is in force with what was applied, once the rules have been quiet for a moment. */
	async #check(watched: Watched): Promise<void> {
		if (watched.isChecking) {
			watched.changedMeanwhile = true;
			return;
		}
		watched.isChecking = true;
		const { signal } = watched.closed;
		try {
			for (let wait = quietMs; ; wait = leastIntervalMs) {
				watched.changedMeanwhile = false;
				await delay(wait, undefined, { signal, ref: false });
				await this.#inTurn(watched.range.id, () => this.#restore(watched, signal));
				if (!watched.changedMeanwhile) return;
			}
		} catch (error) {
			if (!signal.aborted) {
				// The container is ending under us, or the range is frozen: its own events lead to the next apply.
				this.#deps.log.debug({ error, range: watched.range.name }, "the filter rules could not be compared");
			}
		} finally {
			watched.isChecking = false;
		}
	}

	async #inTurn<T>(rangeId: string, work: () => Promise<T>): Promise<T> {
		const result = (this.#turns.get(rangeId) ?? Promise.resolve()).then(work);
		const turn = result.catch(() => undefined);
		this.#turns.set(rangeId, turn);
		try {
			return await result;
		} finally {
			if (this.#turns.get(rangeId) === turn) this.#turns.delete(rangeId);
		}
	}

	async #restore(watched: Watched, signal: AbortSignal): Promise<void> {
		const { range, connection, applied } = watched;
		if (signal.aborted || applied === null || !(await isChanged(connection, applied, signal))) return;
		this.#remember(watched, await applyRangeFilter(range, connection, this.#deps.settings.get().outerPool, signal));
		watched.changedMeanwhile = false;
		const now = performance.now();
		if (now - watched.lastTold < tellIntervalMs) return;
		watched.lastTold = now;
		this.#deps.events.record({
			severity: "warning",
			type: "range.filter.restored",
			actor: "engine",
			subject: { range: range.name, rangeId: range.id },
			message: `Filter rules of ${range.name} were changed by something else than Homerange, and have been put back.`,
		});
	}
}

async function isChanged(
	{ host, dind }: RangeConnection,
	{ range, router }: RangeFilter,
	signal: AbortSignal,
): Promise<boolean> {
	if ((await readRules(host, dind, signal)) !== range.fingerprint) return true;
	if (router === null) return false;
	return (await readRules(host, enterProcess(dind, router.place.pid), signal)) !== router.fingerprint;
}
