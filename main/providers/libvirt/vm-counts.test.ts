import { expect, test } from "vitest";
import { toCount } from "./vm-counts.ts";

test("counts of a domain are read from libvirt's statistics", () => {
	const values = {
		"cpu.time": 2_500_000_000n,
		"balloon.rss": 2048n,
		"block.count": 2,
		"block.0.rd.bytes": 10n,
		"block.0.wr.bytes": 20n,
		"block.1.rd.bytes": 1n,
	};
	expect(toCount(values)).toEqual({ cpuSeconds: 2.5, memoryBytes: 2048 * 1024, readBytes: 11, writtenBytes: 20 });
});

test("what a domain does not say is not made up", () => {
	expect(toCount({ "block.count": 1e9 })).toEqual({ cpuSeconds: 0, memoryBytes: null, readBytes: 0, writtenBytes: 0 });
});
