import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { visibleBounds, WindowStateFile } from "./window-state.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "window-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("keeps what was set over a restart", () => {
	const bounds = { x: 10, y: 20, width: 900, height: 700 };
	new WindowStateFile(folder).set({ bounds, theme: "dark" });
	expect(new WindowStateFile(folder).get()).toEqual({ bounds, maximized: false, theme: "dark" });
});

test.each([
	"",
	"{",
	"[]",
	'{"bounds":{"x":"1"},"maximized":false,"theme":"dark"}',
	'{"bounds":null,"maximized":false,"theme":"pink"}',
])("starts afresh from the torn or foreign file %j", (text) => {
	writeFileSync(join(folder, "window.json"), text);
	expect(new WindowStateFile(folder).get()).toEqual({ bounds: null, maximized: false, theme: "system" });
});

const display = { x: 0, y: 0, width: 1920, height: 1080 };

test("restores bounds that are on a display", () => {
	const bounds = { x: 1700, y: 900, width: 900, height: 700 };
	expect(visibleBounds(bounds, [display])).toEqual(bounds);
	expect(visibleBounds({ ...bounds, x: -700 }, [display])).not.toBeNull();
});

test.each([
	["none was kept", null],
	["the display to the right is gone", { x: 1920, y: 0, width: 900, height: 700 }],
	["only its lower part shows", { x: 100, y: -600, width: 900, height: 700 }],
	["only a sliver shows", { x: -850, y: 0, width: 900, height: 700 }],
])("does not restore bounds when %s", (_name, bounds) => {
	expect(visibleBounds(bounds, [display])).toBeNull();
});
