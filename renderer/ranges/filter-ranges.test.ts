import { describe, expect, it } from "vitest";
import type { RangeDetail, RangeState } from "../../contract/ranges.ts";
import { filterRanges } from "./filter-ranges.ts";

const range = (name: string, state: RangeState, more: Partial<RangeDetail> = {}): RangeDetail => ({
	id: name,
	name,
	state,
	reason: null,
	blueprint: { name: "two-tier", title: "Two-tier web shop", sha256: "" },
	dind: null,
	createdAt: "2026-01-01T00:00:00Z",
	taskId: null,
	interrupted: null,
	networks: [],
	routes: [],
	layers: null,
	machines: [],
	limits: { cpus: 4, memoryBytes: 0, diskBytes: null },
	...more,
});

const list = [
	range("alpha", "running"),
	range("beta", "degraded"),
	range("gamma", "stopped", { interrupted: "stop" }),
	range("delta", "deploying", { taskId: "t" }),
];
const names = (ranges: RangeDetail[]): string[] => ranges.map((one) => one.name);

describe("filterRanges", () => {
	it("finds by state", () => {
		expect(names(filterRanges(list, "all", ""))).toHaveLength(4);
		expect(names(filterRanges(list, "running", ""))).toEqual(["alpha"]);
		expect(names(filterRanges(list, "busy", ""))).toEqual(["delta"]);
	});

	it("counts an interrupted range among those that need attention", () => {
		expect(names(filterRanges(list, "attention", ""))).toEqual(["beta", "gamma"]);
	});

	it("finds by the blueprint's title, whatever the case", () => {
		expect(filterRanges(list, "all", " WEB Shop ")).toHaveLength(4);
		expect(filterRanges(list, "all", "nothing like it")).toEqual([]);
	});
});
