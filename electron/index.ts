import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { app, type BrowserWindow } from "electron";
import { z } from "zod";
import type { Engine } from "../main/engine.ts";
import { dataFolder, prepareDataFolder, resourcePaths } from "../main/paths.ts";
import { setupDialogs } from "./dialogs.ts";
import { EngineHost } from "./engine-host.ts";
import { listen } from "./ipc.ts";
import { type LaunchOptions, launchOptions, readLaunchOptions } from "./launch-options.ts";
import { setupMenu } from "./menu.ts";
import { PageEvents } from "./page-events.ts";
import { registerPageScheme, setupPageProtocol } from "./page-protocol.ts";
import { setupPorts } from "./ports.ts";
import { saveScreenshot } from "./screenshot.ts";
import { setupSecurity } from "./security.ts";
import { engineEnvironment } from "./shell-environment.ts";
import { setupTray } from "./tray.ts";
import { builtFiles, openWindow, setupTheme, showWindow } from "./window.ts";
import { WindowStateFile } from "./window-state.ts";

const files = builtFiles(join(import.meta.dirname, ".."));
const folder = dataFolder();
const options = readLaunchOptions(process.argv.slice(1), process.cwd());

let window: BrowserWindow | null = null;
let host: EngineHost<Engine> | null = null;

/** One app for one data folder: Electron's lock lies in its user data folder, so that goes inside. */
function takeSingleInstance(): boolean {
	prepareDataFolder(folder);
	const own = join(folder, "window");
	mkdirSync(own, { recursive: true, mode: 0o700 });
	app.setPath("userData", own);
	return app.requestSingleInstanceLock(options);
}

function onReady(): void {
	const state = new WindowStateFile(folder);
	const events = new PageEvents();
	setupSecurity();
	setupPageProtocol(files.page);
	setupTheme(state);
	setupDialogs();
	const engineHost = setupEngine(events);
	setupPorts(engineHost);
	setupMenu((command) => events.tell({ kind: "command", command }));
	setupWindow(state, events);
	setupTray(
		files.icons,
		show,
		(command) => events.tell({ kind: "command", command }),
		() => app.quit(),
	);
	setupSecondInstance(events);
	setupRequests(options, events);
	setupScreenshot(options);
}

/** The engine's code is loaded after the window is on its way: it is most of the app's code. */
function setupEngine(events: PageEvents): EngineHost<Engine> {
	const environment = engineEnvironment(process.env);
	const engineHost = new EngineHost<Engine>(
		{
			async start() {
				const { startEngine } = await import("../main/engine.ts");
				return startEngine({ dataFolder: folder, kind: "app", resources: resourcePaths(), env: await environment });
			},
			async requestHandOver() {
				const { requestHandOver } = await import("./hand-over.ts");
				return requestHandOver(folder);
			},
		},
		(engine) => events.tell({ kind: "engine", engine }),
	);
	listen("homerange:retry-engine", z.undefined(), () => void engineHost.start());
	void engineHost.start();
	host = engineHost;
	return engineHost;
}

function setupWindow(state: WindowStateFile, events: PageEvents): void {
	const open = (): void => {
		const opened = openWindow(state, files.preload, join(files.icons, "icon.png"));
		window = opened;
		events.attach(opened.webContents);
		opened.on("closed", () => {
			window = null;
		});
	};
	open();
	// macOS keeps an app without windows; a click on its icon brings the window back.
	app.on("activate", () => {
		if (window === null) open();
	});
	app.on("window-all-closed", () => {
		if (process.platform !== "darwin") app.quit();
	});
}

function show(): void {
	if (window === null) app.emit("activate");
	else showWindow(window);
}

/** A second start of the app brings the first one's window up, with what the second was asked to show. */
function setupSecondInstance(events: PageEvents): void {
	app.on("second-instance", (_event, _args, _folder, data) => {
		const asked = launchOptions.safeParse(data);
		show();
		if (asked.success) setupRequests(asked.data, events);
	});
	app.on("open-file", (event, path) => {
		event.preventDefault();
		show();
		events.tell({ kind: "openBlueprint", path });
	});
}

/** Nothing is ever deployed from here: a file is previewed. */
function setupRequests(asked: LaunchOptions, events: PageEvents): void {
	if (asked.range !== null) events.tell({ kind: "showRange", range: asked.range });
	if (asked.open !== null) events.tell({ kind: "openBlueprint", path: asked.open });
}

function setupScreenshot(asked: LaunchOptions): void {
	if (asked.screenshot === null || window === null) return;
	const file = asked.screenshot;
	void saveScreenshot(window, file).then(
		() => app.quit(),
		(error: unknown) => {
			console.error(`The picture ${file} could not be saved.`, error);
			app.exit(1);
		},
	);
}

/** Ranges keep running in Docker; the engine only lets go of them before the process ends. */
function setupQuit(): void {
	app.on("will-quit", (event) => {
		if (host === null) return;
		event.preventDefault();
		void host.close().then(
			() => app.exit(0),
			(error: unknown) => {
				console.error("The engine did not end cleanly.", error);
				app.exit(1);
			},
		);
	});
}

// Chromium refuses its own sandbox to root, who must start the app with --no-sandbox (tests in a
// container do). The page's world stays the sandboxed one: each window asks for it by itself.
if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
registerPageScheme();
if (takeSingleInstance()) {
	setupQuit();
	void app.whenReady().then(onReady);
} else {
	app.quit();
}
