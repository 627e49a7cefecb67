import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isXmlText } from "../xml/escape.ts";
import { attribute, parseXml } from "../xml/parse.ts";
import { parseTemplate } from "./parse.ts";
import { renderTemplate, type TemplateScope } from "./render.ts";
import { checkNames } from "./vocabulary.ts";

const noParts = (name: string): never => {
	throw new Error(`no part ${name}`);
};

function render(text: string, scope: TemplateScope, parts: Record<string, string> = {}) {
	const read = new Map(Object.entries(parts).map(([name, part]) => [name, parseTemplate(part, `${name}.xml`)]));
	return renderTemplate(parseTemplate(text, "t.xml"), scope, (name) => read.get(name) ?? noParts(name));
}

const anyText = fc.string({ unit: "binary", maxLength: 300 }).filter(isXmlText);

describe("a template's values", () => {
	test("any text comes out of an attribute as it went in, and forms no markup", { timeout: 30_000 }, () => {
		fc.assert(
			fc.property(anyText, anyText, (one, other) => {
				const root = parseXml(render("<a b=\"{{one}}\" c='{{other}}'>{{one}}</a>", { one, other }), "test");
				expect(attribute(root, "b")).toBe(one);
				expect(attribute(root, "c")).toBe(other);
				expect(root.text).toBe(one);
				expect(root.children).toEqual([]);
			}),
		);
	});

	test("a text that XML cannot carry is refused by the name of its variable", () => {
		for (const hostile of ["a\u0000b", "\u0007", "\ud800", "\ufffe"]) {
			expect(() => render("<a>{{title}}</a>", { title: hostile })).toThrow("The value of title holds a character");
		}
	});

	test("braces of a value are no tags", () => {
		expect(render("<a>{{x}}</a>", { x: "{{y}}{{#z}}" })).toBe("<a>{{y}}{{#z}}</a>");
	});

	test("numbers are written out, and a missing value is an error that names it", () => {
		expect(render("{{n}}", { n: 4_194_304 })).toBe("4194304");
		expect(() => render("<a>\n{{n}}</a>", { n: null })).toThrow("needs n, which was not given");
		expect(() => render("<a>\n{{n}}</a>", { n: null })).toThrow(expect.objectContaining({ place: "t.xml:2" }));
	});

	test("a variable that nothing defines is an error, also one that every object has", () => {
		expect(() => render("{{nobody}}", {})).toThrow("there is no variable nobody");
		expect(() => render("{{constructor}}", {})).toThrow("there is no variable constructor");
	});
});

describe("a template's sections", () => {
	test("a list repeats its section, with the names of its entries first", () => {
		const scope = { kind: "outer", disks: [{ path: "/a" }, { path: "/b" }] };
		expect(render("{{#disks}}<d p='{{path}}' k='{{kind}}'/>{{/disks}}", scope)).toBe(
			"<d p='/a' k='outer'/><d p='/b' k='outer'/>",
		);
	});

	test("nothing, a false statement, an empty list and an empty text leave it out, and bring its opposite", () => {
		for (const x of [null, false, "", []]) expect(render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", { x })).toBe("no");
		for (const x of [true, "a", 0, {}, [{}]]) expect(render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", { x })).toBe("yes");
	});

	test("a tag on a line of its own leaves no line, and a part is moved as far as its tag", () => {
		const parts = { part: "<p>\n  <q/>\n</p>\n" };
		expect(render("<a>\n  {{#x}}\n  {{>part}}\n  {{/x}}\n</a>\n", { x: true }, parts)).toBe(
			"<a>\n  <p>\n    <q/>\n  </p>\n</a>\n",
		);
	});

	test("a value with line breaks in a part that is moved keeps its lines as they are", () => {
		const text = render("<a>\n  {{>part}}\n</a>", { v: "1\n2" }, { part: "<p>{{v}}</p>\n" });
		expect(parseXml(text, "test").children[0]?.text).toBe("1\n2");
	});
});

describe("a template with a mistake", () => {
	test.each([
		["{{#a}}", "the section a is never closed"],
		["{{/a}}", "{{/a}} closes nothing that is open here"],
		["{{#a}}{{#b}}{{/a}}{{/b}}", "{{/a}} closes nothing that is open here"],
		["{{a b}}", '"a b" is no name'],
		["{{{a}}}", "three braces are no tag"],
		["{{&a}}", '"&a" is no name'],
		["<a> }} </a>", "a pair of braces is not a tag"],
		["{{>Part}}", '"Part" is no name'],
	])("%s: %s", (text, message) => {
		expect(() => parseTemplate(text, "t.xml")).toThrow(message);
	});

	test("a part that includes itself ends in an error", () => {
		expect(() => render("{{>p}}", {}, { p: "{{>p}}" })).toThrow("include one another without end");
	});

	test("names are checked before anything is rendered, also in sections that are rarely there", () => {
		const vocabulary = { name: "value", flag: "flag", disks: { path: "value" } } as const;
		const check = (text: string) => checkNames(parseTemplate(text, "t.xml"), vocabulary, noParts);
		expect(() => check("{{name}}{{#flag}}{{#disks}}{{path}}{{name}}{{/disks}}{{/flag}}")).not.toThrow();
		expect(() => check("{{#flag}}{{path}}{{/flag}}")).toThrow("there is no variable path");
		expect(() => check("{{^disks}}{{nothing}}{{/disks}}")).toThrow("there is no variable nothing");
		expect(() => check("{{flag}}")).toThrow("flag is no text");
	});
});
