import { describe, expect, test } from "vitest";
import { decideHolds, type RangeUse, reserveOf } from "./decide.ts";

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

const use = (id: string, change: Partial<RangeUse> = {}): RangeUse => ({
	id,
	usedBytes: GiB,
	grownBytes: 0,
	limitBytes: null,
	toleratedBytes: null,
	...change,
});
const facts = (freeBytes: number, ...ranges: RangeUse[]) => ({
	freeBytes,
	reserveBytes: GiB,
	noticeableBytes: 64 * MiB,
	ranges,
});
const held = (input: Parameters<typeof decideHolds>[0]) =>
	decideHolds(input).map(({ rangeId, why }) => `${rangeId} ${why}`);

describe("a range's own limit", () => {
	test("holds whatever is free, and only for the range that is over it", () => {
		const ranges = [use("a", { limitBytes: GiB }), use("b", { limitBytes: GiB - 1 }), use("c")];
		expect(held(facts(100 * GiB, ...ranges))).toEqual(["b limit"]);
	});

	test("lets a range that was woken again be cleaned up, but not grow on", () => {
		const woken = (usedBytes: number) => use("a", { limitBytes: GiB, usedBytes, toleratedBytes: 2 * GiB });
		expect(held(facts(100 * GiB, woken(2 * GiB + 64 * MiB)))).toEqual([]);
		expect(held(facts(100 * GiB, woken(2 * GiB + 65 * MiB)))).toEqual(["a limit"]);
	});
});

describe("the reserve", () => {
	const growing = [use("a", { grownBytes: 32 * MiB }), use("b", { grownBytes: GiB }), use("c")];

	test("is nobody's business while it is whole", () => {
		expect(held(facts(GiB, ...growing))).toEqual([]);
	});

	test("costs the range that grew most, and no other", () => {
		expect(held(facts(GiB - 1, ...growing))).toEqual(["b reserve"]);
	});

	test("costs no range that did not grow", () => {
		expect(held(facts(0, use("a"), use("b", { grownBytes: MiB })))).toEqual([]);
	});

	test("is left to the limit of the range that is the cause", () => {
		const cause = use("a", { grownBytes: GiB, usedBytes: 3 * GiB, limitBytes: 2 * GiB });
		expect(held(facts(0, cause, use("b", { grownBytes: 32 * MiB })))).toEqual(["a limit"]);
	});

	test("is a gibibyte at least and two percent of a large disk", () => {
		expect(reserveOf(10 * GiB)).toBe(GiB);
		expect(reserveOf(500 * GiB)).toBe(10 * GiB);
	});
});

test("reasons say the amounts and what to do", () => {
	const [limit] = decideHolds(facts(100 * GiB, use("a", { usedBytes: 3 * GiB, limitBytes: 2 * GiB })));
	expect(limit?.reason).toBe(
		"It was paused because it holds 3 GiB of disk and its limit is 2 GiB. Resume it to delete files in its machines, or destroy it.",
	);
	const [reserve] = decideHolds(facts(512 * MiB, use("a", { grownBytes: 256 * MiB })));
	expect(reserve?.reason).toBe(
		"It was paused because the disk of the Docker Engine is nearly full: 512 MiB are free and 1 GiB are kept. It grew by 256 MiB and holds 1 GiB. Free disk space and resume it, or destroy it.",
	);
});
