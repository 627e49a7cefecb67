import { formatBytes } from "../../../contract/format-bytes.ts";
import type { RangeUsage, Usage } from "../../../contract/usage.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { withEngine } from "../connect.ts";
import { untilInterrupted } from "../interrupt.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { table } from "../terminal/text.ts";

export interface TopOptions {
	once?: boolean;
	format: Format;
}

/** As many as one question may name. */
const rangesLimit = 64;

/** What ranges and their machines use: a table that renews itself, or one look. */
export async function top(range: string | undefined, { once = false, format }: TopOptions): Promise<void> {
	await withEngine(async (client) => {
		const watched = await watchedRanges(client, range);
		if (watched.length === 0) return format === "json" ? printJson([]) : print("No range runs.");
		const isLive = process.stdout.isTTY && !once && format !== "json";
		await untilInterrupted(async (signal) => {
			const samples = new Map<string, RangeUsage>();
			const names = new Map(watched.map(({ id, name }) => [id, name]));
			for await (const sample of await client.api.ranges.usage({ ranges: [...names.keys()] }, { signal })) {
				samples.set(sample.rangeId, sample);
				if (isLive) process.stdout.write(`\u001b[H\u001b[2J${usageTable(samples, names)}\n`);
				else if (samples.size === names.size) break;
			}
			if (isLive) return;
			if (format === "json")
				await printJson([...samples.values()].map((one) => ({ name: names.get(one.rangeId), ...one })));
			else await print(usageTable(samples, names));
		});
	});
}

async function watchedRanges(client: EngineClient, range: string | undefined): Promise<{ id: string; name: string }[]> {
	if (range !== undefined) {
		const one = await client.api.ranges.get({ range });
		// A range that does not run has no samples: waiting for one would take for ever.
		return one.state === "running" || one.state === "degraded" ? [one] : [];
	}
	const all = await client.api.ranges.list({});
	return all.filter(({ state }) => state === "running" || state === "degraded").slice(0, rangesLimit);
}

function usageTable(samples: ReadonlyMap<string, RangeUsage>, names: ReadonlyMap<string, string>): string {
	const rows = [...names].flatMap(([id, name]) => {
		const sample = samples.get(id);
		if (sample === undefined) return [];
		const { total, diskBytes, memoryLimitBytes, cpusLimit, machines } = sample;
		const sum = cells(total, ` of ${formatBytes(memoryLimitBytes)}`, ` of ${cpusLimit}`);
		return [
			[name, ...sum, diskBytes === null ? "-" : formatBytes(diskBytes)],
			...Object.entries(machines).map(([machine, usage]) => [`  ${machine}`, ...cells(usage), ""]),
		];
	});
	return table(["RANGE, MACHINE", "CPUS", "MEMORY", "PROCESSES", "IN/S", "OUT/S", "READ/S", "WRITTEN/S", "DISK"], rows);
}

function cells(usage: Usage, ofMemory = "", ofCpus = ""): string[] {
	const bytes = (value: number | null) => (value === null ? "-" : formatBytes(value));
	return [
		usage.cpus === null ? "-" : usage.cpus.toFixed(2) + ofCpus,
		usage.memoryBytes === null ? "-" : formatBytes(usage.memoryBytes) + ofMemory,
		usage.processes === null ? "-" : String(usage.processes),
		bytes(usage.networkInPerSecond),
		bytes(usage.networkOutPerSecond),
		bytes(usage.diskReadPerSecond),
		bytes(usage.diskWritePerSecond),
	];
}
