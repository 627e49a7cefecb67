/** The parts of a text that commas separate, trimmed, each once: "a, b,,a" is ["a", "b"]. */
export function parseList(text: string): string[] {
	const parts = text.split(",").map((part) => part.trim());
	return [...new Set(parts.filter((part) => part !== ""))];
}

/** The lines that are not empty. */
export function parseLines(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.replace(/\r$/, ""))
		.filter((line) => line.trim() !== "");
}

/** "KEY=value" lines as a record; a line without "=" is a key with an empty value. */
export function parseEnvironment(text: string): Record<string, string> {
	return Object.fromEntries(
		parseLines(text).map((line) => {
			const at = line.indexOf("=");
			return at === -1 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1)];
		}),
	);
}

export function formatEnvironment(environment: Readonly<Record<string, string>>): string {
	return Object.entries(environment)
		.map(([key, value]) => `${key}=${value}`)
		.join("\n");
}

const units: Record<string, number> = { "": 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

/** Bytes of "512 MiB" or "1.5GiB"; null for an empty text, NaN for anything else. */
export function parseSize(text: string): number | null {
	if (text.trim() === "") return null;
	const match = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]iB|B)?\s*$/.exec(text);
	const unit = units[match?.[2] ?? ""];
	return match?.[1] === undefined || unit === undefined ? Number.NaN : Math.round(Number(match[1]) * unit);
}
