import { expect, test } from "vitest";
import { parseStats } from "./container-stats.ts";
import { countCards, parseSample, parseUnits, usageBetween } from "./sample.ts";

const units = { pageBytes: 4096, ticksPerSecond: 100 };

test("units that make no sense are none", () => {
	expect(parseUnits("units 4096 100")).toEqual(units);
	for (const line of ["units 0 100", "units 4096", "units 4096 0", "time 3", "units 4096 100 5"]) {
		expect(parseUnits(line)).toBeNull();
	}
});

test("a sample's lines become counts, and what is no such line is left out", () => {
	const sample = parseSample(
		[
			"time 100.25",
			"machine 42 250 3 1000 24 -1 -1 5000 700",
			"machine 42 oops",
			"machine -1 1 1 1 1 1 1 1 1",
			"card hrt0123456789a 900 80",
			"card hrt/../x 1 1",
			"noise",
		],
		units,
	);
	expect(sample?.at).toBe(100.25);
	expect([...(sample?.cards ?? [])]).toEqual([["hrt0123456789a", { inBytes: 900, outBytes: 80 }]]);
	expect([...(sample?.machines ?? [])]).toEqual([
		[
			42,
			{
				pid: 42,
				cpuSeconds: 2.5,
				processes: 3,
				memoryBytes: 1024 * 4096,
				readBytes: null,
				writtenBytes: null,
				inBytes: 5000,
				outBytes: 700,
			},
		],
	]);
	expect(parseSample(["machine 42 250 3 1000 24 -1 -1 5000 700"], units)).toBeNull();
});

test("a VM's cards are counted together, and not when one is missing", () => {
	const cards = new Map([
		["hrta", { inBytes: 1, outBytes: 2 }],
		["hrtb", { inBytes: 10, outBytes: 20 }],
	]);
	expect(countCards(["hrta", "hrtb"], cards)).toEqual({ inBytes: 11, outBytes: 22 });
	expect(countCards(["hrta", "hrtc"], cards)).toEqual({ inBytes: null, outBytes: null });
	expect(countCards([], cards)).toEqual({ inBytes: 0, outBytes: 0 });
});

test("usage is what was used by second, and never less than nothing", () => {
	const count = (cpuSeconds: number, inBytes: number) => ({
		pid: 1,
		cpuSeconds,
		processes: 1,
		memoryBytes: 10,
		readBytes: null,
		writtenBytes: 0,
		inBytes,
		outBytes: 0,
	});
	expect(usageBetween(count(1, 1000), count(4, 500), 2)).toEqual({
		cpus: 1.5,
		memoryBytes: 10,
		processes: 1,
		networkInPerSecond: 0,
		networkOutPerSecond: 0,
		diskReadPerSecond: null,
		diskWritePerSecond: 0,
	});
	expect(usageBetween(null, count(4, 500), 2)).toMatchObject({ cpus: null, memoryBytes: 10 });
});

test("a container's statistics are read in both kinds of cgroups, and nothing else is", () => {
	const line = {
		read: "2026-01-01T00:00:01.5Z",
		pids_stats: { current: 7 },
		cpu_stats: { cpu_usage: { total_usage: 3_000_000_000 } },
		networks: { eth0: { rx_bytes: 5, tx_bytes: 6 } },
		blkio_stats: {
			io_service_bytes_recursive: [
				{ op: "Read", value: 1 },
				{ op: "write", value: 2 },
				{ op: "Total", value: 3 },
			],
		},
	};
	const first = parseStats({ ...line, memory_stats: { usage: 100, stats: { total_inactive_file: 30 } } });
	expect(first).toMatchObject({ at: Date.UTC(2026, 0, 1) / 1000 + 1.5, cpuSeconds: 3, processes: 7, memoryBytes: 70 });
	expect(first).toMatchObject({ readBytes: 1, writtenBytes: 2, inBytes: 5, outBytes: 6 });
	const second = parseStats({ ...line, memory_stats: { usage: 100, stats: { inactive_file: 40 } }, blkio_stats: {} });
	expect(second).toMatchObject({ memoryBytes: 60, readBytes: null });
	for (const wrong of [
		null,
		7,
		{},
		{ ...line, read: "0001-01-01T00:00:00Z" },
		{ ...line, cpu_stats: { cpu_usage: { total_usage: "9" } } },
	]) {
		expect(parseStats(wrong)).toBeNull();
	}
});
