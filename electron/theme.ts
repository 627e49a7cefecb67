import { nativeTheme } from "electron";
import type { Theme } from "../contract/shell.ts";

/** The page's own background colours (renderer tokens), painted before the page is, so that nothing flashes. */
const backgrounds = { light: "#f5f6f8", dark: "#131418" };

export function applyTheme(theme: Theme): void {
	nativeTheme.themeSource = theme;
}

export function backgroundColor(): string {
	return nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light;
}
