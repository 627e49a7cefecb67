import { InvalidArgumentError, Option } from "commander";

/** `--format`, the same on every command that prints data. */
export function formatOption(): Option {
	return new Option("--format <format>", "how to print").choices(["text", "json"]).default("text");
}

/** Lines shown below a command's help. */
export function examples(...lines: string[]): string {
	return `\nExamples:\n${lines.map((line) => `  $ homerange ${line}`).join("\n")}`;
}

/** A parser for a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (/^\d+$/.test(text) && value >= least && value <= most) return value;
		throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
	};
}
