import { join } from "node:path";
import { app, BrowserWindow, screen } from "electron";
import { theme } from "../contract/shell.ts";
import { listen } from "./ipc.ts";
import { pageAddress } from "./origin.ts";
import { applyTheme, backgroundColor } from "./theme.ts";
import { defaultSize, minimumSize, visibleBounds, type WindowStateFile } from "./window-state.ts";

/** The page asks for a theme as soon as it knows the settings; the window remembers it for its first paint. */
export function setupTheme(state: WindowStateFile): void {
	applyTheme(state.get().theme);
	listen("homerange:set-theme", theme, (chosen) => {
		applyTheme(chosen);
		for (const window of BrowserWindow.getAllWindows()) window.setBackgroundColor(backgroundColor());
		if (chosen !== state.get().theme) state.set({ theme: chosen });
	});
}

/** Opens the window where it was, and shows it with its first paint. */
export function openWindow(state: WindowStateFile, preload: string, icon: string): BrowserWindow {
	const { bounds, maximized } = state.get();
	const workAreas = screen.getAllDisplays().map((display) => display.workArea);
	const window = new BrowserWindow({
		...(visibleBounds(bounds, workAreas) ?? defaultSize),
		minWidth: minimumSize.width,
		minHeight: minimumSize.height,
		title: "Homerange",
		icon,
		show: false,
		backgroundColor: backgroundColor(),
		webPreferences: {
			preload,
			contextIsolation: true,
			sandbox: true,
			nodeIntegration: false,
			webviewTag: false,
			// The spelling checker fetches its dictionaries.
			spellcheck: false,
			additionalArguments: [`--homerange-version=${app.getVersion()}`],
		},
	});
	if (maximized) window.maximize();
	window.once("ready-to-show", () => window.show());
	window.on("close", () => state.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }));
	reviveCrashedPage(window);
	// Chromium asks nobody about a navigation to an empty page: it is undone.
	window.webContents.on("did-navigate", (_event, address) => {
		if (address.split("#")[0] !== pageAddress) void window.loadURL(pageAddress);
	});
	void window.loadURL(pageAddress);
	return window;
}

/**
 * Loads a page whose process died again; its ports are gone with it and the
 * engine's tasks are not. One that dies at once again is left alone.
 */
function reviveCrashedPage(window: BrowserWindow): void {
	let revivedAt = Number.NEGATIVE_INFINITY;
	window.webContents.on("render-process-gone", (_event, { reason }) => {
		console.error(`The page's process ended: ${reason}`);
		if (reason === "clean-exit" || performance.now() - revivedAt < 10_000) return;
		revivedAt = performance.now();
		// Not from inside the event: Electron dies when a page is loaded before it has put the old one away.
		setImmediate(() => {
			if (!window.isDestroyed()) void window.loadURL(pageAddress);
		});
	});
}

/** Brings the window back from wherever it is. */
export function showWindow(window: BrowserWindow): void {
	if (window.isMinimized()) window.restore();
	window.show();
	window.focus();
}

export const builtFiles = (root: string) => ({
	page: join(root, "renderer"),
	preload: join(root, "preload", "index.cjs"),
	icons: join(root, "icons"),
});
