import { BrowserWindow, type WebContents } from "electron";

/** The window that shows the page: a dialog belongs to it. */
export function windowOf(page: WebContents): BrowserWindow {
	const window = BrowserWindow.fromWebContents(page);
	if (window === null) throw new Error("The page has no window.");
	return window;
}
