import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	formatDuration,
	formatSize,
	parseDuration,
	parseHttpProbe,
	parsePorts,
	parseSize,
	suggestSize,
} from "./quantities.ts";

describe("sizes", () => {
	test("every number of bytes survives being written and read", () => {
		fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => parseSize(formatSize(bytes)) === bytes));
	});
	test.each([
		["0B", 0],
		["1KiB", 1024],
		["1.5GiB", 1.5 * 1024 ** 3],
		["512 MiB", 512 * 1024 ** 2],
		["2TiB", 2 * 1024 ** 4],
	])("%s is %d bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));
	test.each(["", "512", "512MB", "-1MiB", "1e3MiB", "MiB", "1.MiB", ".5MiB", "99999999999TiB", "1 MiB "])(
		"%j is no size",
		(text) => expect(parseSize(text)).toBeNull(),
	);
	test.each([
		["512MB", "512MiB"],
		["2g", "2GiB"],
		["512", "512MiB"],
		["large", null],
	])("%s was meant as %s", (text, meant) => expect(suggestSize(text)).toBe(meant));
});

describe("durations", () => {
	test("every whole number of milliseconds survives being written and read", () => {
		fc.assert(fc.property(fc.nat({ max: 86_400_000 }), (ms) => parseDuration(formatDuration(ms)) === ms));
	});
	test.each([
		["500ms", 500],
		["60s", 60_000],
		["1.5m", 90_000],
	])("%s is %d ms", (text, ms) => expect(parseDuration(text)).toBe(ms));
	test.each(["60", "1h", "-1s", "s", "1 hour"])("%j is no duration", (text) => expect(parseDuration(text)).toBeNull());
});

describe("ports of a route", () => {
	test.each(["80/tcp", "53/udp", "1-65535/tcp", "icmp", "udp"])("%s", (text) =>
		expect(parsePorts(text)).not.toBeNull(),
	);
	test.each(["80", "0/tcp", "65536/tcp", "90-80/tcp", "80/http", "/tcp", "80/tcp ", "80-/tcp", "-80/tcp", ""])(
		"%j is none",
		(text) => expect(parsePorts(text)).toBeNull(),
	);
});

test("an http probe is a port and a path", () => {
	expect(parseHttpProbe("80/health?x=1")).toEqual({ port: 80, path: "/health?x=1" });
	expect(parseHttpProbe("8080")).toEqual({ port: 8080, path: "/" });
	for (const text of ["", "/health", "0/x", "70000/x", "http://a/", "80/a b", "80/a\r\nX: y"]) {
		expect(parseHttpProbe(text)).toBeNull();
	}
});
