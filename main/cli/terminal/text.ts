import { styleText } from "node:util";

/**
 * Makes one line of text that came from a blueprint, an engine or a machine safe
 * for a terminal: what could move the cursor, rename the window or hide other
 * text is left out.
 */
export function plain(text: string): string {
	return plainLines(text).replaceAll(/\s*[\n\t]\s*/g, " ");
}

/** The same for longer text, keeping line breaks and tabs. */
export function plainLines(text: string): string {
	return text
		.replaceAll("\r\n", "\n")
		.replaceAll(/\p{Cc}|\p{Bidi_Control}|\u2028|\u2029/gu, (char) => (char === "\n" || char === "\t" ? char : ""));
}

type Style = Parameters<typeof styleText>[0];

/** Styled when the stream is a terminal and NO_COLOR does not forbid it. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
	return styleText(style, text, { stream });
}

/** Columns aligned by their widest cell; nothing is cut. Cells may be styled by `paint`. */
export function table(
	header: string[],
	rows: string[][],
	paint: (cell: string, column: number) => string = (cell) => cell,
): string {
	const cells = rows.map((row) => row.map(plain));
	const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
	const line = (row: string[], print: (cell: string, column: number) => string) =>
		row
			.map((cell, column) => {
				const padding = column === row.length - 1 ? "" : " ".repeat((widths[column] ?? 0) - cell.length);
				return print(cell, column) + padding;
			})
			.join("  ");
	return [line(header, (cell) => styled("dim", cell)), ...cells.map((row) => line(row, paint))].join("\n");
}

/** "0.4 s", "12 s", "3 min 5 s". */
export function formatDuration(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	if (seconds < 10) return `${seconds.toFixed(1)} s`;
	if (seconds < 100) return `${Math.round(seconds)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const stateStyles = new Map<string, Style>([
	["running", "green"],
	["ready", "green"],
	["done", "green"],
	["passed", "green"],
	["degraded", "yellow"],
	["warning", "yellow"],
	["paused", "yellow"],
	["interrupted", "yellow"],
	["failed", "red"],
	["error", "red"],
	["critical", "red"],
	["stopped", "dim"],
	["skipped", "dim"],
	["cancelled", "dim"],
]);

/** A state's word in its colour. */
export function paintState(word: string): string {
	const style = stateStyles.get(word);
	return style === undefined ? word : styled(style, word);
}
