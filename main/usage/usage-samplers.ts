import { setTimeout as delay } from "node:timers/promises";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { RangeUsage } from "../../contract/usage.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import type { RangeSite } from "../ranges/range-site.ts";
import { MachinePids } from "./machine-pids.ts";
import { sampleRange } from "./range-sampler.ts";

/** After a connection broke; a range that stopped is waited for by its changes. */
const againAfterMs = 3000;

export interface UsageSamplersOptions {
	/** Errors: `RANGE_NOT_FOUND`. */
	get(range: string): RangeDetail;
	site(range: string, signal: AbortSignal): Promise<RangeSite>;
	changes: ChangeBus;
}

interface Watcher {
	onSample(sample: RangeUsage): void;
	/** The range is gone. */
	onGone(rangeId: string): void;
}

/** One sampler for each range that somebody watches; it ends with its last watcher. */
export class UsageSamplers {
	readonly #options: UsageSamplersOptions;
	readonly #samplers = new Map<string, { watchers: Set<Watcher>; end: AbortController }>();

	constructor(options: UsageSamplersOptions) {
		this.#options = options;
	}

	/** Ranges that are sampled now. */
	get active(): number {
		return this.#samplers.size;
	}

	/**
	 * Samples of these ranges, about every two seconds for each that runs. Who reads slowly gets the newest of each
	 * range. Ends with the last of the ranges.
	 */
	async *watch(
		ranges: readonly string[],
		signal: AbortSignal = new AbortController().signal,
	): AsyncGenerator<RangeUsage, void> {
		const ids = new Set(ranges.map((range) => this.#options.get(range).id));
		const fresh = new Map<string, RangeUsage>();
		let wake: () => void = () => undefined;
		const watcher: Watcher = {
			onSample(sample) {
				fresh.set(sample.rangeId, sample);
				wake();
			},
			onGone(rangeId) {
				ids.delete(rangeId);
				wake();
			},
		};
		const onAbort = () => wake();
		signal.addEventListener("abort", onAbort);
		for (const id of ids) this.#join(id, watcher);
		try {
			while (ids.size > 0 && !signal.aborted) {
				const [next] = fresh.values();
				if (next !== undefined) {
					fresh.delete(next.rangeId);
					yield next;
					continue;
				}
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		} finally {
			signal.removeEventListener("abort", onAbort);
			for (const id of ids) this.#leave(id, watcher);
		}
	}

	#join(rangeId: string, watcher: Watcher): void {
		const present = this.#samplers.get(rangeId);
		if (present !== undefined) {
			present.watchers.add(watcher);
			return;
		}
		const sampler = { watchers: new Set([watcher]), end: new AbortController() };
		this.#samplers.set(rangeId, sampler);
		void this.#run(rangeId, sampler.watchers, sampler.end.signal);
	}

	#leave(rangeId: string, watcher: Watcher): void {
		const sampler = this.#samplers.get(rangeId);
		sampler?.watchers.delete(watcher);
		if (sampler?.watchers.size !== 0) return;
		this.#samplers.delete(rangeId);
		sampler.end.abort();
	}

	async #run(rangeId: string, watchers: ReadonlySet<Watcher>, signal: AbortSignal): Promise<void> {
		const pids = new MachinePids();
		const disk = { bytes: null, countedAt: 0 };
		let changed = Promise.withResolvers<void>();
		const onChange = () => {
			pids.forget();
			changed.resolve();
			changed = Promise.withResolvers<void>();
		};
		void this.#followRange(rangeId, onChange, signal).then((isGone) => {
			if (!isGone) return;
			this.#samplers.get(rangeId)?.end.abort();
			this.#samplers.delete(rangeId);
			for (const watcher of watchers) watcher.onGone(rangeId);
		});
		const onSample = (sample: RangeUsage) => {
			for (const watcher of watchers) watcher.onSample(sample);
		};
		while (!signal.aborted) {
			const next = changed.promise;
			try {
				if (!this.#isUp(rangeId)) {
					await Promise.race([next, ended(signal)]);
					continue;
				}
				await sampleRange(await this.#options.site(rangeId, signal), { pids, onSample, disk }, signal);
			} catch {
				// The range stopped or its engine went away; its state says so where people look. It may come back.
				if (!signal.aborted) await Promise.race([delay(againAfterMs, undefined, { ref: false }), ended(signal)]);
			}
		}
	}

	#isUp(rangeId: string): boolean {
		const { state } = this.#options.get(rangeId);
		return state === "running" || state === "degraded";
	}

	/** Tells of each change of the range; true when it ended because the range is gone. */
	async #followRange(rangeId: string, onChange: () => void, signal: AbortSignal): Promise<boolean> {
		for await (const change of this.#options.changes.subscribe(signal)) {
			if (change.kind === "range" && change.range.id === rangeId) onChange();
			if (change.kind === "rangeGone" && change.rangeId === rangeId) return true;
		}
		return false;
	}
}

function ended(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return Promise.resolve();
	return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
