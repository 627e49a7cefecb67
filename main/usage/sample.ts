import type { Usage } from "../../contract/usage.ts";

/** What a machine had used at one moment, counted since it began. */
export interface MachineCount {
	readonly pid: number;
	readonly cpuSeconds: number;
	/** Null of a VM: what runs in it is its guest's affair. */
	readonly processes: number | null;
	readonly memoryBytes: number | null;
	/** Null where the range's container may not tell. */
	readonly readBytes: number | null;
	readonly writtenBytes: number | null;
	/** Null of a VM whose cards are not all in the range's container. */
	readonly inBytes: number | null;
	readonly outBytes: number | null;
}

export interface Sample {
	/** Seconds of the engine's host since it started. */
	readonly at: number;
	/** By the id of the machine's first process. */
	readonly machines: ReadonlyMap<number, MachineCount>;
	/** Cards of VMs by their names in the range's container, as their guests see the directions. */
	readonly cards: ReadonlyMap<string, CardCount>;
}

export interface CardCount {
	readonly inBytes: number;
	readonly outBytes: number;
}

export interface Units {
	readonly pageBytes: number;
	readonly ticksPerSecond: number;
}

/** "units 4096 100". Null when it is not that line, or makes no sense. */
export function parseUnits(line: string): Units | null {
	const [, page, ticks] = /^units (\d{1,9}) (\d{1,6})$/.exec(line) ?? [];
	const units = { pageBytes: Number(page), ticksPerSecond: Number(ticks) };
	return units.pageBytes > 0 && units.ticksPerSecond > 0 ? units : null;
}

const cardPattern = /^card ([a-z0-9]{1,15}) (\d{1,18}) (\d{1,18})$/;
const machinePattern = /^machine (\d{1,9})((?: -?\d{1,18}){8})$/;

/** The lines of one answer, without the last ("end"). Lines that are none of ours are left out. Pure. */
export function parseSample(lines: readonly string[], units: Units): Sample | null {
	const at = Number(/^time (\d{1,12}(?:\.\d{1,6})?)$/.exec(lines[0] ?? "")?.[1] ?? Number.NaN);
	if (Number.isNaN(at)) return null;
	const machines = new Map<number, MachineCount>();
	const cards = new Map<string, CardCount>();
	for (const line of lines) {
		const [, card, received, sent] = cardPattern.exec(line) ?? [];
		if (card !== undefined) cards.set(card, { inBytes: Number(received), outBytes: Number(sent) });
		const [, pid, rest] = machinePattern.exec(line) ?? [];
		if (pid === undefined || rest === undefined) continue;
		const [ticks = 0, processes = 0, anon = 0, shared = 0, read = 0, written = 0, input = 0, output = 0] = rest
			.trim()
			.split(" ")
			.map(Number);
		machines.set(Number(pid), {
			pid: Number(pid),
			cpuSeconds: ticks / units.ticksPerSecond,
			processes,
			memoryBytes: Math.max(0, anon + shared) * units.pageBytes,
			readBytes: read < 0 ? null : read,
			writtenBytes: written < 0 ? null : written,
			inBytes: input,
			outBytes: output,
		});
	}
	return { at, machines, cards };
}

export const unknownUsage: Usage = {
	cpus: null,
	memoryBytes: null,
	processes: null,
	networkInPerSecond: null,
	networkOutPerSecond: null,
	diskReadPerSecond: null,
	diskWritePerSecond: null,
};

/** What a VM's cards carried together; nulls when one of them is not there. Pure. */
export function countCards(
	names: readonly string[],
	cards: Sample["cards"],
): { inBytes: number | null; outBytes: number | null } {
	const counts = names.map((name) => cards.get(name));
	if (counts.includes(undefined)) return { inBytes: null, outBytes: null };
	const sum = (key: keyof CardCount) => counts.reduce((all, count) => all + (count?.[key] ?? 0), 0);
	return { inBytes: sum("inBytes"), outBytes: sum("outBytes") };
}

/** What was used between two looks, by second. A count that went back (a process that nobody waited for) is none. Pure. */
export function usageBetween(before: MachineCount | null, now: MachineCount, seconds: number): Usage {
	const perSecond = (from: number | null | undefined, to: number | null): number | null => {
		if (before === null || from === null || from === undefined || to === null || seconds <= 0) return null;
		return Math.max(0, to - from) / seconds;
	};
	return {
		cpus: perSecond(before?.cpuSeconds, now.cpuSeconds),
		memoryBytes: now.memoryBytes,
		processes: now.processes,
		networkInPerSecond: perSecond(before?.inBytes, now.inBytes),
		networkOutPerSecond: perSecond(before?.outBytes, now.outBytes),
		diskReadPerSecond: perSecond(before?.readBytes, now.readBytes),
		diskWritePerSecond: perSecond(before?.writtenBytes, now.writtenBytes),
	};
}
