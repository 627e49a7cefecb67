// The first lines of an error: what a report shows of it.
import { stripVTControlCharacters } from "node:util";

const shownLines = 6;
const shownCharacters = 800;

/** A command that failed says why in the lines after the first, so a report shows some of them. */
export function reasonOf(text) {
	const lines = stripVTControlCharacters(String(text ?? "no message"))
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean);
	return lines.slice(0, shownLines).join(" | ").slice(0, shownCharacters);
}
