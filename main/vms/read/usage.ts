import { setTimeout as delay } from "node:timers/promises";
import type { VmUsage } from "../../../contract/vms.ts";
import {
	type DomainStats,
	type LibvirtConnection,
	ListDomains,
	type Parameters,
	Stats,
} from "../../libvirt/rpc/index.ts";

const everyMs = 2000;
const groups = Stats.state | Stats.cpu | Stats.balloon | Stats.interface | Stats.block;
/** More devices than any VM has; the count comes from outside. */
const deviceLimit = 256;

interface Counted {
	readonly atMs: number;
	readonly cpuNs: number;
	readonly read: number;
	readonly written: number;
	readonly received: number;
	readonly sent: number;
}

/** Samples of the running VMs among these while somebody iterates; the first has no rates. */
export async function* sampleUsage(
	connect: () => Promise<LibvirtConnection>,
	uuids: readonly string[],
	signal: AbortSignal,
): AsyncGenerator<VmUsage[], void> {
	let before = new Map<string, Counted>();
	while (!signal.aborted) {
		const { domains } = await connect();
		const stats = await domains.stats([], groups, ListDomains.active, { signal });
		const wanted = stats.filter(({ domain }) => uuids.includes(domain.uuid));
		const counted = new Map(wanted.map((each) => [each.domain.uuid, count(each)]));
		yield wanted.map((each) => usageOf(each, counted.get(each.domain.uuid), before.get(each.domain.uuid)));
		before = counted;
		try {
			await delay(everyMs, undefined, { signal });
		} catch {
			return;
		}
	}
}

function usageOf({ domain, values }: DomainStats, now: Counted | undefined, before: Counted | undefined): VmUsage {
	const seconds = now && before ? (now.atMs - before.atMs) / 1000 : 0;
	const rate = (pick: (counted: Counted) => number) =>
		now && before && seconds > 0 ? Math.max(0, (pick(now) - pick(before)) / seconds) : null;
	const cpu = rate(({ cpuNs }) => cpuNs);
	const available = kib(values, "balloon.available");
	const unused = kib(values, "balloon.unused");
	return {
		uuid: domain.uuid,
		at: new Date().toISOString(),
		cpuPercent: cpu === null ? null : cpu / 1e7,
		memoryBytes: kib(values, "balloon.current"),
		memoryUsedBytes: available === null || unused === null ? null : available - unused,
		readBytesPerSecond: rate(({ read }) => read),
		writeBytesPerSecond: rate(({ written }) => written),
		receiveBytesPerSecond: rate(({ received }) => received),
		sendBytesPerSecond: rate(({ sent }) => sent),
	};
}

function count({ values }: DomainStats): Counted {
	return {
		atMs: performance.now(),
		cpuNs: number(values, "cpu.time") ?? 0,
		read: sum(values, "block", "rd.bytes"),
		written: sum(values, "block", "wr.bytes"),
		received: sum(values, "net", "rx.bytes"),
		sent: sum(values, "net", "tx.bytes"),
	};
}

function sum(values: Parameters, group: string, field: string): number {
	const devices = Math.min(deviceLimit, number(values, `${group}.count`) ?? 0);
	let total = 0;
	for (let index = 0; index < devices; index++) total += number(values, `${group}.${index}.${field}`) ?? 0;
	return total;
}

function kib(values: Parameters, name: string): number | null {
	const value = number(values, name);
	return value === null ? null : value * 1024;
}

function number(values: Parameters, name: string): number | null {
	const value = values[name];
	return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}
