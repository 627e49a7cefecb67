/**
 * The one registry of the app's actions that exist outside a list or a page. The
 * menu bar, its shortcuts, the tray and the window's palette are made from it; the
 * page does the work (it gets the id as a `command` event of the shell).
 */
export interface Command {
	readonly id: string;
	readonly title: string;
	/** Menu it stands in. */
	readonly menu: "range" | "view" | "go" | "help";
	/** In Electron's notation; the menu owns it, so the page does not bind it again. */
	readonly shortcut: string | null;
	/** Also in the tray's short menu. */
	readonly inTray: boolean;
}

const define = <const T extends readonly Command[]>(list: T): T => list;

export const commands = define([
	{ id: "range.deploy", title: "Deploy a blueprint…", menu: "range", shortcut: "CmdOrCtrl+N", inTray: true },
	{ id: "range.openFile", title: "Open a blueprint file…", menu: "range", shortcut: "CmdOrCtrl+O", inTray: false },
	{ id: "view.palette", title: "Command palette", menu: "view", shortcut: "CmdOrCtrl+K", inTray: false },
	{ id: "view.sidebar", title: "Show or hide the sidebar", menu: "view", shortcut: "CmdOrCtrl+B", inTray: false },
	{ id: "view.dock", title: "Show or hide the dock", menu: "view", shortcut: "CmdOrCtrl+J", inTray: false },
	{
		id: "view.dockFull",
		title: "Make the dock full or normal height",
		menu: "view",
		shortcut: "CmdOrCtrl+Shift+J",
		inTray: false,
	},
	{ id: "view.nextConsole", title: "Next console", menu: "view", shortcut: "CmdOrCtrl+PageDown", inTray: false },
	{ id: "view.previousConsole", title: "Previous console", menu: "view", shortcut: "CmdOrCtrl+PageUp", inTray: false },
	{ id: "view.theme", title: "Switch between light and dark", menu: "view", shortcut: null, inTray: false },
	{ id: "go.ranges", title: "Ranges", menu: "go", shortcut: "CmdOrCtrl+1", inTray: true },
	{ id: "go.machines", title: "Machines", menu: "go", shortcut: "CmdOrCtrl+2", inTray: false },
	{ id: "go.library", title: "Library", menu: "go", shortcut: "CmdOrCtrl+3", inTray: false },
	{ id: "go.images", title: "Images", menu: "go", shortcut: "CmdOrCtrl+4", inTray: false },
	{ id: "go.events", title: "Events", menu: "go", shortcut: "CmdOrCtrl+5", inTray: false },
	{ id: "go.tasks", title: "Tasks", menu: "go", shortcut: "CmdOrCtrl+6", inTray: true },
	{ id: "go.doctor", title: "Doctor", menu: "go", shortcut: "CmdOrCtrl+7", inTray: true },
	{ id: "go.settings", title: "Settings", menu: "go", shortcut: "CmdOrCtrl+,", inTray: false },
	{ id: "help.shortcuts", title: "Keyboard shortcuts", menu: "help", shortcut: "CmdOrCtrl+/", inTray: false },
]);

export type CommandId = (typeof commands)[number]["id"];
