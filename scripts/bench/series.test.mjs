import { expect, test } from "vitest";
import { describeBudget, isMet } from "./budgets.ts";
import { interleave } from "./measure.ts";
import { differences, median, quantile, ratios } from "./series.ts";

test("a median lies in the middle, or between the two in the middle", () => {
	expect(median([9, 1, 5])).toBe(5);
	expect(median([4, 1, 2, 3])).toBe(2.5);
	expect(quantile([0, 10], 0.9)).toBe(9);
});

test("ratios and differences are taken round by round", () => {
	expect(ratios([2, 30], [1, 10])).toEqual([2, 3]);
	expect(differences([2, 30], [1, 10])).toEqual([1, 20]);
	expect(() => ratios([1], [])).toThrow();
});

test("a budget holds when each of its parts does", () => {
	const figure = { subject: [6, 6, 6], baseline: [4, 4, 4] };
	expect(isMet({ ...figure, budget: null })).toBe(null);
	expect(isMet({ ...figure, budget: { ratioAtMost: 1.5 } })).toBe(true);
	expect(isMet({ ...figure, budget: { ratioAtMost: 1.4 } })).toBe(false);
	expect(isMet({ ...figure, budget: { ratioAtLeast: 1.6 } })).toBe(false);
	expect(isMet({ ...figure, budget: { ratioAtMost: 2, atMost: 5 } })).toBe(false);
	expect(isMet({ ...figure, budget: { addedAtMost: 2 } })).toBe(true);
	expect(describeBudget({ ratioAtMost: 2, atMost: 5 }, "ms")).toBe("<= 2x, <= 5 ms");
});

test("the sides take turns, and so does who is first", async () => {
	const order = [];
	const side = (name) => async (round) => {
		order.push(name);
		return round;
	};
	const context = { signal: new AbortController().signal, say: () => undefined };
	const values = await interleave(context, 3, { subject: side("s"), baseline: side("b") });
	expect(order.join("")).toBe("bssbbs");
	expect(values).toEqual({ subject: [0, 1, 2], baseline: [0, 1, 2] });
});

test("an abort ends the rounds", async () => {
	const abort = new AbortController();
	const context = { signal: abort.signal, say: () => undefined };
	const side = async () => {
		abort.abort(new Error("enough"));
		return 1;
	};
	await expect(interleave(context, 3, { subject: side, baseline: side })).rejects.toThrow("enough");
});
