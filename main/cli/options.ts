import { InvalidArgumentError, Option } from "commander";
import { parseSize, suggestSize } from "../blueprint/quantities.ts";

/** `--format`, the same on every command that prints data. */
export function formatOption(): Option {
	return new Option("--format <format>", "how to print").choices(["text", "json"]).default("text");
}

/** Lines shown below a command's help. */
export function examples(...lines: string[]): string {
	return `\nExamples:\n${lines.map((line) => `  $ homerange ${line}`).join("\n")}`;
}

/** A parser for a number of CPUs. */
export function cpuCount(text: string): number {
	const value = Number(text);
	if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 256) return value;
	throw new InvalidArgumentError("Give a number above 0, at most 256.");
}

/** A parser for a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (/^\d+$/.test(text) && value >= least && value <= most) return value;
		throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
	};
}

const gibibyte = 1024 ** 3;

/** Bytes of "4GiB"; a plain number means GiB. */
export function sizeInGiB(text: string): number {
	if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Math.round(Number(text) * gibibyte);
	const bytes = parseSize(text);
	if (bytes !== null) return bytes;
	const meant = suggestSize(text);
	throw new InvalidArgumentError(`Give a size like 4GiB or 512MiB${meant === null ? "" : `; did you mean ${meant}?`}`);
}

/** For an option that can be given several times. */
export function several(text: string, before: string[] = []): string[] {
	return [...before, text];
}
