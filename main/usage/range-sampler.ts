import { setTimeout as delay } from "node:timers/promises";
import type { RangeUsage, Usage } from "../../contract/usage.ts";
import { streamStats } from "../docker/asking.ts";
import { readJsonLines } from "../docker/json-lines.ts";
import type { RangeSite } from "../ranges/range-site.ts";
import { type ContainerCount, parseStats } from "./container-stats.ts";
import { diskUsage } from "./disk-usage.ts";
import type { MachinePids } from "./machine-pids.ts";
import { MachineSamples } from "./machine-samples.ts";
import { countCards, type MachineCount, type Sample, unknownUsage, usageBetween } from "./sample.ts";

const periodMs = 2000;
/** A rate needs two looks; the second comes sooner, so that something is shown soon. */
const firstPeriodMs = 1000;
const diskPeriodMs = 30_000;

export interface RangeSamplerOptions {
	/** Settles, again and again, when the range's machines may have changed. */
	pids: MachinePids;
	onSample(sample: RangeUsage): void;
	/** Counted disk bytes outlive one connection to the range. */
	disk: { bytes: number | null; countedAt: number };
}

/** Samples a running range until the signal aborts; throws when the range, or its connection, ends. */
export async function sampleRange(site: RangeSite, o: RangeSamplerOptions, signal: AbortSignal): Promise<void> {
	const end = new AbortController();
	const until = AbortSignal.any([signal, end.signal]);
	const container = new ContainerRates();
	const samples = await MachineSamples.open(site.host, site.dind, until);
	try {
		const stats = container.follow(site, until);
		// It is looked at when the sampling ends; until then it must not end the program.
		stats.catch(() => end.abort());
		let before: Sample | null = null;
		const vms = new VmRates();
		for (let period = firstPeriodMs; ; period = before === null ? firstPeriodMs : periodMs) {
			until.throwIfAborted();
			const pids = await o.pids.current(site, until);
			const now: Sample = await samples.take([...pids.values()]);
			if ([...pids.values()].some((pid) => !now.machines.has(pid))) o.pids.forget();
			const ofVms = await vms.look(site, now.cards, until);
			if (before !== null) {
				const usage = rangeUsageOf(site, { before, now, pids, total: container.usage, diskBytes: o.disk.bytes });
				o.onSample({ ...usage, machines: { ...usage.machines, ...ofVms } });
			}
			before = now;
			countDisk(site, o, until);
			await delay(period, undefined, { signal: until });
		}
	} finally {
		end.abort();
		samples.close();
	}
}

/** Rates of VMs. Of them the range's container knows only the cards. */
class VmRates {
	#before: ReadonlyMap<string, MachineCount> = new Map();
	#at = 0;

	async look(site: RangeSite, cards: Sample["cards"], signal: AbortSignal): Promise<Record<string, Usage>> {
		const counts = await site.vmCounts(signal);
		const at = performance.now() / 1000;
		const now = new Map(
			[...counts].map(([name, count]) => {
				const unseen = { pid: 0, processes: null };
				return [name, { ...count, ...unseen, ...countCards(count.cards, cards) }] as const;
			}),
		);
		const usages = [...now].map(([name, count]) => {
			const before = this.#before.get(name) ?? null;
			return [name, usageBetween(before, count, at - this.#at)] as const;
		});
		this.#before = now;
		this.#at = at;
		return Object.fromEntries(usages);
	}
}

interface Looks {
	before: Sample;
	now: Sample;
	pids: ReadonlyMap<string, number>;
	total: Usage;
	diskBytes: number | null;
}

function rangeUsageOf(site: RangeSite, { before, now, pids, total, diskBytes }: Looks): RangeUsage {
	const machines: Record<string, Usage> = {};
	for (const [name, pid] of pids) {
		const count = now.machines.get(pid);
		if (count !== undefined) machines[name] = usageBetween(before.machines.get(pid) ?? null, count, now.at - before.at);
	}
	const { cpus, memoryBytes } = site.blueprint.limits;
	return {
		rangeId: site.id,
		at: new Date().toISOString(),
		total,
		diskBytes,
		cpusLimit: cpus,
		memoryLimitBytes: memoryBytes,
		machines,
	};
}

function countDisk(site: RangeSite, { disk }: RangeSamplerOptions, signal: AbortSignal): void {
	if (Date.now() - disk.countedAt < diskPeriodMs) return;
	disk.countedAt = Number.POSITIVE_INFINITY;
	diskUsage(site.host, site.dind, signal)
		.then(
			(bytes) => {
				disk.bytes = bytes;
			},
			// It is counted again later; the last number, or none, is shown until then.
			() => undefined,
		)
		.finally(() => {
			disk.countedAt = Date.now();
		});
}

/** The newest rates of the range's container, out of the host engine's own counts. */
class ContainerRates {
	usage: Usage = unknownUsage;
	#before: ContainerCount | null = null;

	async follow({ host, dind }: RangeSite, signal: AbortSignal): Promise<void> {
		const stream = await streamStats(host.api, dind.container, signal);
		await readJsonLines(stream, (value) => {
			const now = parseStats(value);
			if (now === null) return;
			this.usage = usageBetween(this.#before, now, now.at - (this.#before?.at ?? now.at));
			this.#before = now;
		});
	}
}
