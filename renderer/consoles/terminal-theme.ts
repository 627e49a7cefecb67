import type { ITheme } from "@xterm/xterm";

const token = (name: string): string => {
	// A probe element, because a custom property gives light-dark() unresolved.
	const probe = document.createElement("span");
	probe.style.color = `var(--${name})`;
	document.body.append(probe);
	const { color } = getComputedStyle(probe);
	probe.remove();
	return color;
};

const light: ITheme = {
	black: "#1a1c22",
	red: "#ae231b",
	green: "#14663a",
	yellow: "#7f4c00",
	blue: "#175a9f",
	magenta: "#7a3aa5",
	cyan: "#0f6470",
	white: "#6b7080",
	brightBlack: "#515664",
	brightRed: "#c4362d",
	brightGreen: "#1c7d49",
	brightYellow: "#8f5a08",
	brightBlue: "#2a6fb8",
	brightMagenta: "#8d4dba",
	brightCyan: "#1b7784",
	brightWhite: "#3a3e4a",
};

const dark: ITheme = {
	black: "#3a3e4a",
	red: "#ff9288",
	green: "#62d190",
	yellow: "#f0b658",
	blue: "#7ab9f5",
	magenta: "#c4a1f6",
	cyan: "#67cfdd",
	white: "#d3d6de",
	brightBlack: "#8b90a0",
	brightRed: "#ffb0a8",
	brightGreen: "#8ae3ae",
	brightYellow: "#f6cd8a",
	brightBlue: "#a3cff9",
	brightMagenta: "#d7bffa",
	brightCyan: "#96dfe9",
	brightWhite: "#ffffff",
};

/** The terminal's colours, from the design tokens of the present theme. */
export function terminalTheme(): ITheme {
	const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
	return {
		...(isDark ? dark : light),
		background: token("surface"),
		foreground: token("text"),
		cursor: token("accent"),
		cursorAccent: token("surface"),
		selectionBackground: isDark ? "#3d4270" : "#ccd0f5",
	};
}
