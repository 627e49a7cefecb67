import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { highlightXml } from "./highlight-xml.ts";

const kinds = (xml: string) =>
	highlightXml(xml)
		.filter(({ text }) => text.trim() !== "")
		.map(({ kind, text }) => `${kind} ${text.trim()}`);

describe("highlightXml", () => {
	it("tells names, attributes, values, texts and comments apart", () => {
		expect(kinds("<domain type='kvm'>\n  <!-- a > b -->\n  <name>a &lt; b</name>\n</domain>")).toEqual([
			"mark <",
			"name domain",
			"attribute type",
			"mark =",
			"value 'kvm'",
			"mark >",
			"comment <!-- a > b -->",
			"mark <",
			"name name",
			"mark >",
			"text a &lt; b",
			"mark </",
			"name name",
			"mark >",
			"mark </",
			"name domain",
			"mark >",
		]);
	});

	it("sees no end of a tag in a value", () => {
		expect(kinds('<a b="x>y"/>')).toEqual(["mark <", "name a", "attribute b", "mark =", 'value "x>y"', "mark />"]);
	});

	it("gives every text back, whatever it is", () => {
		const near = fc
			.array(fc.constantFrom("<", ">", "/", "!", "--", "'", '"', "=", "a", " ", "\n", "ü"))
			.map((parts) => parts.join(""));
		fc.assert(
			fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (xml) => {
				expect(
					highlightXml(xml)
						.map(({ text }) => text)
						.join(""),
				).toBe(xml);
			}),
		);
	});

	it("leaves a huge text in one piece", () => {
		expect(highlightXml("<a/>".repeat(100_000))).toHaveLength(1);
	});
});
