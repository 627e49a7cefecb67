import { expect, test } from "vitest";
import { readLaunchOptions } from "./launch-options.ts";

test("reads a range and a file, the file against the caller's folder", () => {
	expect(readLaunchOptions(["--range", "shop-1", "--open", "shop.yaml"], "/home/me")).toEqual({
		range: "shop-1",
		open: "/home/me/shop.yaml",
		screenshot: null,
	});
	expect(readLaunchOptions(["--open=/etc/a.yaml"], "/home/me").open).toBe("/etc/a.yaml");
});

test("leaves the switches of Chromium alone", () => {
	expect(readLaunchOptions(["--no-sandbox", "--disable-gpu", "--lang=de", "."], "/")).toEqual({
		range: null,
		open: null,
		screenshot: null,
	});
});

test("takes a switch without a value for absent", () => {
	expect(readLaunchOptions(["--range", "--open="], "/")).toEqual({ range: null, open: null, screenshot: null });
});

test("refuses what is out of bounds", () => {
	expect(() => readLaunchOptions(["--range", "x".repeat(65)], "/")).toThrow();
});
