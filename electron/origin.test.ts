import { expect, test } from "vitest";
import { type Frame, isTrustedFrame, origin } from "./origin.ts";

const top: Frame = { origin, parent: null };

test("trusts the top frame of our own origin", () => {
	expect(isTrustedFrame(top)).toBe(true);
});

test.each<[string, Frame | null]>([
	["a frame that is gone", null],
	["a sub-frame of our own page", { origin, parent: top }],
	["a sub-frame in a foreign page", { origin, parent: { origin: "https://example.org", parent: null } }],
	["a foreign origin", { origin: "https://example.org", parent: null }],
	["a file", { origin: "file://", parent: null }],
	["an opaque origin", { origin: "null", parent: null }],
	["another host of our scheme", { origin: "app://elsewhere", parent: null }],
	["a host that only begins like ours", { origin: `${origin}.example.org`, parent: null }],
])("refuses %s", (_name, frame) => {
	expect(isTrustedFrame(frame)).toBe(false);
});
