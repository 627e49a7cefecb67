import { app, Menu, type MenuItemConstructorOptions } from "electron";
import { type Command, type CommandId, commands } from "../contract/commands.ts";

/** The menu bar. What it does beyond the system's own roles is in the command registry. */
export function setupMenu(run: (command: CommandId) => void): void {
	Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(run, process.platform === "darwin", app.isPackaged)));
}

export function menuTemplate(
	run: (command: CommandId) => void,
	isMac: boolean,
	isPackaged: boolean,
): MenuItemConstructorOptions[] {
	const entries = (menu: Command["menu"]): MenuItemConstructorOptions[] =>
		commands
			.filter((command) => command.menu === menu)
			.map(({ id, title, shortcut }) => ({
				id,
				label: title,
				...(shortcut === null ? {} : { accelerator: shortcut }),
				click: () => run(id),
			}));
	const separator: MenuItemConstructorOptions = { type: "separator" };
	// The tools read and change the whole page; they are for work on the app itself.
	const tools: MenuItemConstructorOptions[] = isPackaged ? [] : [{ role: "toggleDevTools" }];
	return [
		...(isMac ? [{ role: "appMenu" } satisfies MenuItemConstructorOptions] : []),
		{ label: "&Range", submenu: [...entries("range"), separator, isMac ? { role: "close" } : { role: "quit" }] },
		{ role: "editMenu" },
		{
			label: "&View",
			submenu: [
				...entries("view"),
				separator,
				{ role: "resetZoom" },
				{ role: "zoomIn" },
				{ role: "zoomOut" },
				{ role: "togglefullscreen" },
				separator,
				{ role: "reload" },
				...tools,
			],
		},
		{ label: "&Go", submenu: entries("go") },
		{ role: "windowMenu" },
		{ role: "help", submenu: entries("help") },
	];
}
