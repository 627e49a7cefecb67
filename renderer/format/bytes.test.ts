import { describe, expect, it } from "vitest";
import { formatBytes, formatProgress, progressShare } from "./bytes.ts";

describe("formatBytes", () => {
	it.each([
		[0, "0 B"],
		[1023, "1023 B"],
		[1024, "1 KiB"],
		[1536, "1.5 KiB"],
		[512 * 1024 ** 2, "512 MiB"],
		[8 * 1024 ** 3, "8 GiB"],
		[1.5 * 1024 ** 5, "1536 TiB"],
		[-5, "0 B"],
	])("%d is %s", (bytes, text) => {
		expect(formatBytes(bytes)).toBe(text);
	});
});

describe("progress", () => {
	it("names both ends when the total is known", () => {
		expect(formatProgress({ unit: "bytes", done: 1024, total: 4096 })).toBe("1 KiB of 4 KiB");
		expect(formatProgress({ unit: "count", done: 3, total: 12 })).toBe("3 of 12");
	});

	it("shows what is done while the total is unknown", () => {
		expect(formatProgress({ unit: "bytes", done: 2048, total: null })).toBe("2 KiB");
		expect(progressShare({ unit: "bytes", done: 2048, total: null })).toBeNull();
	});

	it("never leaves 0 to 1", () => {
		expect(progressShare({ unit: "count", done: 14, total: 12 })).toBe(1);
		expect(progressShare({ unit: "count", done: 0, total: 0 })).toBeNull();
	});
});
