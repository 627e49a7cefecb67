import { describe, expect, test } from "vitest";
import { Issues } from "./issues.ts";
import { textLimits } from "./limits.ts";
import { placeAt } from "./place.ts";
import { readYaml } from "./read-yaml.ts";

function read(text: string) {
	const issues = new Issues("f.yaml", text);
	const result = readYaml(text, issues);
	return { value: result?.value, place: result?.place ?? null, errors: issues.finish().errors };
}
const json = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));

describe("values", () => {
	test("places know where keys and values stand, and how scalars are written", () => {
		const { place } = read("a:\n  - b: 1.10\n");
		const scalar = place && placeAt(place, ["a", 0, "b"]);
		expect(scalar).toMatchObject({ kind: "scalar", keyOffset: 7, offset: 10, source: "1.10" });
	});
	test("YAML 1.2: yes is a word, and a mode is a decimal number", () => {
		expect(json(read("a: yes\nb: 0644\n").value)).toEqual({ a: "yes", b: 644 });
	});
	test("keys that begin with x- are left out everywhere", () => {
		expect(json(read("x-a: 1\nb: { x-c: 2, d: [{ x-e: 3, f: 4 }] }\n").value)).toEqual({ b: { d: [{ f: 4 }] } });
	});
	test("an anchor under an x- key serves the rest of the document", () => {
		expect(json(read("x-base: &base { a: 1, b: 2 }\nm: { <<: *base, b: 3 }\nn: *base\n").value)).toEqual({
			m: { b: 3, a: 1 },
			n: { a: 1, b: 2 },
		});
	});
	test("of several merged maps the earlier wins", () => {
		const text = "x: &x { a: 1 }\ny: &y { a: 2, b: 2 }\nz: { <<: [*x, *y] }\n";
		expect(json(read(text).value).z).toEqual({ a: 1, b: 2 });
	});
	test("a merged part is reported where it is written", () => {
		const { place } = read("x-base: &base\n  a: 1\nm:\n  <<: *base\n");
		expect(place && placeAt(place, ["m", "a"])?.offset).toBe(19);
	});
	test("no key reaches a prototype", () => {
		expect(read("__proto__: { a: 1 }\n").errors[0]?.message).toBe("A key must be a short plain word.");
		expect(read("constructor: 1\n").value).toMatchObject({ constructor: 1 });
	});
});

describe("refusals", () => {
	const laughs = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
	for (let i = 0; i < 12; i++) {
		const last = String.fromCharCode(97 + i);
		const name = String.fromCharCode(98 + i);
		laughs.push(`${name}: &${name} [${Array(10).fill(`*${last}`).join(",")}]`);
	}
	test.each([
		["a document over 1 MiB", `a: ${"é".repeat(600_000)}`, /larger than 1 MiB/],
		["a value over 512 KiB", `a: ${"x".repeat(600_000)}`, /larger than 512 KiB/],
		["binary", "blueprint: 1\n\u0000\u0001", /not a text file/],
		["text that was not UTF-8", "a: \uFFFD", /not a text file/],
		["too many tokens", `[${"1,".repeat(100_000)}`, /tokens/],
		["deep nesting", "[".repeat(10_000), /nested deeper/],
		["deep compact nesting", "- ".repeat(10_000), /nested deeper/],
		["many aliases", `a: &a 1\nb: [${"*a,".repeat(textLimits.aliases + 1)}]`, /aliases/],
		["an alias bomb", laughs.join("\n"), /counting what its aliases stand for/],
		["an alias bomb under x-", `x-a:\n  ${laughs.join("\n  ")}`, /counting what its aliases stand for/],
		["an alias inside its anchor", "a: &a [*a]", /inside its own anchor/],
		["an unknown alias", "a: *b", /no anchor "&b"/],
		["a tag", "a: !!binary aGk=", /pure data/],
		["a function tag", "a: !!js/function 'x'", /pure data/],
		["a directive", "%YAML 1.1\n---\na: yes\n", /directives/],
		["a second document", "a: 1\n---\nb: 2\n", /more than one YAML document/],
		["a key twice", "a: 1\nb: 2\na: 3\n", /stands twice.*line 1/],
		["a map as a key", "{a: b}: 1\n", /short plain word/],
		["a missing key", ": 1\n", /key is missing/],
		["a merge of a word", "m: { <<: word }\n", /merge key/],
		["bad YAML", "a: [1, 2\nb: 3\n", /not valid YAML/],
		["a tab as indentation", "a:\n\tb: 1\n", /not valid YAML/],
	])("%s", (_what, text, message) => {
		const { value, errors } = read(text);
		expect(value).toBeUndefined();
		expect(errors[0]?.message).toMatch(message);
	});
	test("an alias bomb is refused before it goes off", () => {
		const before = process.memoryUsage().heapUsed;
		read(laughs.join("\n"));
		expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
	});
	test("quoted words that look like tags, aliases and directives are words", () => {
		expect(json(read("a: '!b'\nb: \"*c\"\nc: '%d'\n").value)).toEqual({ a: "!b", b: "*c", c: "%d" });
	});
});
