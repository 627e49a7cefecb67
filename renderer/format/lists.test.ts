import { describe, expect, it } from "vitest";
import { formatEnvironment, parseEnvironment, parseLines, parseList, parseSize } from "./lists.ts";

describe("lists in a text box", () => {
	it("are cut at commas, without empty and repeated parts", () => {
		expect(parseList(" a, b,,a ,")).toEqual(["a", "b"]);
		expect(parseList("  ")).toEqual([]);
	});

	it("are cut at lines, whose spaces inside stay", () => {
		expect(parseLines("sh\n\n-c\r\necho  a b ")).toEqual(["sh", "-c", "echo  a b "]);
	});

	it("hold an environment whose values may hold an equals sign", () => {
		const environment = { A: "1=2", EMPTY: "" };
		expect(parseEnvironment("A=1=2\nEMPTY")).toEqual(environment);
		expect(parseEnvironment(formatEnvironment(environment))).toEqual(environment);
	});
});

describe("parseSize", () => {
	it.each([
		["", null],
		["512MiB", 512 * 1024 ** 2],
		["1.5 GiB", 1.5 * 1024 ** 3],
		["2048", 2048],
		["2 GB", Number.NaN],
		["-1", Number.NaN],
	])("%s is %s", (text, bytes) => {
		expect(parseSize(text)).toBe(bytes);
	});
});
