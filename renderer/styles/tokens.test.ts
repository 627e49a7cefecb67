import { describe, expect, it } from "vitest";
import css from "./tokens.css?raw";

type Theme = "light" | "dark";

function token(name: string, theme: Theme): [number, number, number] {
	const match = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
	const hex = theme === "light" ? match?.[1] : match?.[2];
	if (hex === undefined) throw new Error(`tokens.css has no colour --${name}`);
	return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

/** Relative luminance of WCAG 2.2. */
function luminance(rgb: [number, number, number]): number {
	const [r, g, b] = rgb.map((channel) => {
		const share = channel / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(front: string, back: string, theme: Theme): number {
	const [high, low] = [luminance(token(front, theme)), luminance(token(back, theme))].sort((a, b) => b - a) as [
		number,
		number,
	];
	return (high + 0.05) / (low + 0.05);
}

const grounds = ["canvas", "surface", "raised", "sunken", "hover", "selected"];
const texts = ["text", "muted", "faint", "accent", "ok", "busy", "warn", "bad", "idle", "pause"];

describe.each(["light", "dark"] as const)("%s theme", (theme) => {
	it.each(texts.flatMap((front) => grounds.map((back) => [front, back] as const)))(
		"%s is readable on %s",
		(front, back) => {
			expect(contrast(front, back, theme)).toBeGreaterThanOrEqual(4.5);
		},
	);

	it.each([
		["ok", "ok-tint"],
		["busy", "busy-tint"],
		["warn", "warn-tint"],
		["bad", "bad-tint"],
		["idle", "idle-tint"],
		["pause", "pause-tint"],
		["text", "warn-tint"],
		["text", "bad-tint"],
		["text", "busy-tint"],
		["on-accent", "accent"],
		["on-bad", "bad-fill"],
	])("%s is readable on %s", (front, back) => {
		expect(contrast(front, back, theme)).toBeGreaterThanOrEqual(4.5);
	});

	it.each(grounds)("the focus ring and the edges of fields stand out on %s", (back) => {
		expect(contrast("focus", back, theme)).toBeGreaterThanOrEqual(3);
		if (back !== "selected" && back !== "hover") {
			expect(contrast("line-strong", back, theme)).toBeGreaterThanOrEqual(2.7);
		}
	});
});
