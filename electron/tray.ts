import { join } from "node:path";
import { Menu, nativeImage, Tray } from "electron";
import { type CommandId, commands } from "../contract/commands.ts";

// Electron does not keep a tray alive by itself: a collected one vanishes.
let tray: Tray | null = null;

/** A short menu where the platform has a tray. On Linux that needs a session bus; without one Electron only complains. */
export function setupTray(icons: string, show: () => void, run: (command: CommandId) => void, quit: () => void): void {
	if (process.platform === "linux" && !process.env.DBUS_SESSION_BUS_ADDRESS) return;
	tray = new Tray(nativeImage.createFromPath(join(icons, "tray.png")));
	tray.setToolTip("Homerange");
	tray.setContextMenu(
		Menu.buildFromTemplate([
			{ label: "Show the window", click: show },
			{ type: "separator" },
			...commands
				.filter((command) => command.inTray)
				.map(({ id, title }) => ({
					label: title,
					click: () => {
						show();
						run(id);
					},
				})),
			{ type: "separator" },
			{ label: "Quit (ranges keep running)", click: quit },
		]),
	);
	tray.on("click", show);
}
