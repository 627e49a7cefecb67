import { expect, test } from "vitest";
import { matchArchitecture } from "./architecture.ts";

test.each([
	["amd64", "amd64", false, "native"],
	["386", "amd64", false, "native"],
	["arm", "arm64", false, "native"],
	["", "amd64", false, "native"],
	["arm64", "amd64", true, "emulated"],
	["arm64", "amd64", false, "impossible"],
	["amd64", "386", false, "impossible"],
] as const)("an image for %s on an engine for %s (emulation: %s) is %s", (image, engine, emulates, expected) => {
	expect(matchArchitecture(image, engine, emulates)).toBe(expected);
});
