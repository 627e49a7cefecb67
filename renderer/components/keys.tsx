import { isMac } from "../bridge/shell.ts";

const onMac: Record<string, string> = { CmdOrCtrl: "⌘", Ctrl: "⌃", Shift: "⇧", Alt: "⌥", PageUp: "⇞", PageDown: "⇟" };
const elsewhere: Record<string, string> = { CmdOrCtrl: "Ctrl", PageUp: "PgUp", PageDown: "PgDn" };

/** The keys of a shortcut in Electron's notation, as this system writes them. */
export function shortcutKeys(shortcut: string): string[] {
	const names = isMac() ? onMac : elsewhere;
	return shortcut.split("+").map((key) => names[key] ?? key);
}

export function Keys({ shortcut }: { shortcut: string }) {
	return (
		<span className="flex gap-0.5">
			{shortcutKeys(shortcut).map((key) => (
				<kbd
					key={key}
					className="min-w-4 rounded-sm border border-line bg-sunken px-1 text-center font-sans text-xs text-muted"
				>
					{key}
				</kbd>
			))}
		</span>
	);
}
