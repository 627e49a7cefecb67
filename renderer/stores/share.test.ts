import { describe, expect, it } from "vitest";
import { share } from "./share.ts";

describe("share", () => {
	it("gives the previous object when nothing changed", () => {
		const previous = { a: [1, { b: null }], c: "x" };
		expect(share(previous, { a: [1, { b: null }], c: "x" })).toBe(previous);
	});

	it("keeps the untouched siblings of what changed", () => {
		const previous = {
			machines: [
				{ name: "a", state: "ready" },
				{ name: "b", state: "ready" },
			],
		};
		const next = share(previous, {
			machines: [
				{ name: "a", state: "ready" },
				{ name: "b", state: "failed" },
			],
		});
		expect(next).not.toBe(previous);
		expect(next.machines[0]).toBe(previous.machines[0]);
		expect(next.machines[1]).toEqual({ name: "b", state: "failed" });
	});

	it.each([
		[[1, 2], [1]],
		[{ a: 1 }, {}],
		[{ a: 1 }, { a: 1, b: undefined }],
		[null, {}],
		[[], {}],
	])("sees the difference of %j and %j", (previous: unknown, next: unknown) => {
		expect(share(previous, next)).toEqual(next);
		expect(share(previous, next)).not.toBe(previous);
	});
});
