import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { shell } from "../bridge/shell.ts";
import { useSettings } from "../stores/settings.ts";

/** Tells the shell the theme of the settings, now and on each change: it drives `prefers-color-scheme`. */
export function followTheme(): void {
	useSettings.subscribe((after, before) => {
		if (after.settings !== null && after.settings.theme !== before.settings?.theme) {
			shell().setTheme(after.settings.theme);
		}
	});
}

/** Switches to the other of light and dark, whatever is shown now. */
export async function toggleTheme(): Promise<void> {
	const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
	await perform(() => rpc().settings.set({ theme: isDark ? "light" : "dark" }));
}
