import { describe, expect, it } from "vitest";
import { cutIntoLines, isMixed } from "./card-lines.tsx";

describe("cutIntoLines", () => {
	it("puts a heading over each group's lines of cards", () => {
		const lines = cutIntoLines(
			[
				{ id: "lan", heading: "lan", items: [1, 2, 3] },
				{ id: "dmz", heading: "dmz", items: [] },
			],
			2,
		);
		expect(lines.map((line) => (line.kind === "heading" ? line.group.id : line.items))).toEqual([
			"lan",
			[1, 2],
			[3],
			"dmz",
		]);
		expect(new Set(lines.map((line) => line.key)).size).toBe(lines.length);
	});

	it("leaves out a heading that is none", () => {
		expect(cutIntoLines([{ id: "all", heading: null, items: [1] }], 4)).toHaveLength(1);
	});
});

it("isMixed knows a line in which tall cards would stretch others", () => {
	const isTall = (height: number) => height > 1;
	expect(isMixed([1, 2], isTall)).toBe(true);
	expect(isMixed([2, 2], isTall)).toBe(false);
	expect(isMixed([1, 1], isTall)).toBe(false);
	expect(isMixed([1, 2])).toBe(false);
});
