import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HomerangeError } from "../../../../contract/errors.ts";
import { unescapeXml } from "./escape.ts";
import { attribute, child, parseXml, textAt, wholeNumber } from "./parse.ts";

describe("reading XML", () => {
	test("elements, attributes, text and CDATA, without comments and instructions", () => {
		const root = parseXml(
			"<?xml version='1.0'?><!-- c --><a x='1 &#10;&lt;b&quot;'><b>te&amp;xt</b><?p i?><c><![CDATA[<x>&amp;]]></c><b/></a>",
			"test",
		);
		expect(attribute(root, "x")).toBe('1 \n<b"');
		expect(textAt(root, "b")).toBe("te&xt");
		expect(textAt(root, "c")).toBe("<x>&amp;");
		expect(root.children.map(({ name }) => name)).toEqual(["b", "c", "b"]);
	});

	test("a document type is refused, so an entity never grows", () => {
		const bomb = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>';
		expect(() => parseXml(bomb, "test")).toThrow("it has a document type");
		expect(() => parseXml("<!doctype a SYSTEM 'file:///etc/passwd'><a/>", "test")).toThrow("it has a document type");
	});

	test("what is too long, too deep or too much is refused, in a short sentence", { timeout: 30_000 }, () => {
		expect(() => parseXml("<".repeat(100_000), "test")).toThrow(/^.{1,300}$/);
		expect(() => parseXml(`<a>${"x".repeat(4 * 1024 * 1024)}</a>`, "test")).toThrow("longer than 4 MiB");
		expect(() => parseXml("<a>".repeat(5000) + "</a>".repeat(5000), "test")).toThrow(HomerangeError);
		expect(() => parseXml(`<a>${"<b/>".repeat(100_001)}</a>`, "test")).toThrow("more than 100000 elements");
	});

	test("names of an object's own reach no object", () => {
		expect(() => parseXml("<a><__proto__><b/></__proto__></a>", "test")).toThrow(HomerangeError);
		expect(() => parseXml("<a __proto__='1'/>", "test")).toThrow(HomerangeError);
		expect(({} as Record<string, unknown>).b).toBeUndefined();
	});

	test("any text is read, or refused with an error of ours", { timeout: 30_000 }, () => {
		const piece = fc.constantFrom(
			"<a>",
			"</a>",
			"<a",
			" b='",
			"'",
			">",
			"<!--",
			"-->",
			"<![CDATA[",
			"]]>",
			"&#x41;",
			"&",
			"x",
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: "binary" }),
					fc.array(piece).map((list) => list.join("")),
				),
				(text) => {
					try {
						parseXml(text, "test");
					} catch (error) {
						expect(error).toBeInstanceOf(HomerangeError);
					}
				},
			),
			{ numRuns: 150 },
		);
	});

	test("numbers are whole and exact, or none", () => {
		expect([" 42 ", "9007199254740993", "-1", "1e3", "", null].map(wholeNumber)).toEqual([
			42,
			null,
			null,
			null,
			null,
			null,
		]);
	});

	test("references beyond Unicode and unknown ones stay as they are", () => {
		expect(unescapeXml("&#x110000;&#1114112;&nbsp;&amp;lt;")).toBe("&#x110000;&#1114112;&nbsp;&lt;");
	});

	test("a path of names that ends nowhere gives nothing", () => {
		expect(child(parseXml("<a><b/></a>", "test"), "b", "c", "d")).toBeUndefined();
	});
});
