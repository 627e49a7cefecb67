/**
 * .dockerignore, as the Docker CLI reads it: one pattern a line, `#` comments, `!` takes back, the last match counts.
 * A pattern matches a path or any folder above it. Rules: docs.docker.com, "Build context".
 */
export class DockerIgnore {
	readonly #rules: { readonly pattern: RegExp; readonly keeps: boolean }[];
	/** With one, a folder that is left out can hold something that is not. */
	readonly hasExceptions: boolean;

	constructor(text: string) {
		this.#rules = text
			.replace(/^\ufeff/, "")
			.split(/\r?\n/)
			.filter((line) => !line.startsWith("#"))
			.map((line) => line.trim())
			.filter((line) => line !== "" && line !== "!")
			.slice(0, rulesLimit)
			.map((line) => {
				const keeps = line.startsWith("!");
				return { pattern: toPattern(keeps ? line.slice(1).trim() : line), keeps };
			});
		this.hasExceptions = this.#rules.some((rule) => rule.keeps);
	}

	/** `path` is relative to the folder, with slashes. */
	leavesOut(path: string): boolean {
		const parts = path.split("/");
		const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
		let out = false;
		for (const { pattern, keeps } of this.#rules) {
			if (out === keeps && above.some((one) => pattern.test(one))) out = !keeps;
		}
		return out;
	}
}

const rulesLimit = 2000;

function toPattern(line: string): RegExp {
	const clean = normalized(line);
	let source = "";
	for (let at = 0; at < clean.length; at++) {
		const char = clean[at] ?? "";
		if (clean.startsWith("**", at)) {
			// Several in a row mean one, so that no name makes the engine of the pattern try for long.
			while (clean.startsWith("**/", at + 3)) at += 3;
			if (clean.startsWith("**/", at)) {
				source += "(?:[^/]+/)*";
				at += 2;
			} else {
				source += ".*";
				while (clean[at + 1] === "*") at++;
			}
		} else if (char === "*") source += "[^/]*";
		else if (char === "?") source += "[^/]";
		else if (char === "\\" && at + 1 < clean.length) source += escaped(clean[++at] ?? "");
		else if (char === "[") {
			const close = clean.indexOf("]", at + 2);
			if (close === -1) source += "\\[";
			else {
				source += characterClass(clean.slice(at + 1, close));
				at = close;
			}
		} else source += escaped(char);
	}
	try {
		return new RegExp(`^${source}$`, "su");
	} catch {
		// A class like [z-a] matches nothing.
		return /(?!)/;
	}
}

function characterClass(inside: string): string {
	const negated = inside.startsWith("^") || inside.startsWith("!");
	const body = (negated ? inside.slice(1) : inside).replaceAll(/[\\[\]^&~]/g, "\\$&");
	return `(?!/)[${negated ? "^" : ""}${body}]`;
}

function escaped(char: string): string {
	return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** Without leading and final slashes, "." and "..": patterns are relative to the folder and cannot leave it. */
function normalized(line: string): string {
	const parts: string[] = [];
	for (const part of line.split("/")) {
		if (part === "" || part === ".") continue;
		if (part === "..") parts.pop();
		else parts.push(part);
	}
	return parts.join("/");
}
