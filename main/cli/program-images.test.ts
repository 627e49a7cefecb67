import type { Command } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "./program.ts";

/** What `--help` of a command prints, its examples included. */
function help(command: Command): string {
	let text = "";
	command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
	command.outputHelp();
	return text;
}

const group = (name: string) => createProgram().commands.find((command) => command.name() === name);

test("help lists every command on images, each with an example and a format", () => {
	const commands = group("image")?.commands ?? [];
	expect(commands.map((command) => command.name())).toEqual([
		"list",
		"show",
		"pull",
		"import",
		"export",
		"delete",
		"prune",
		"build",
		"promote",
	]);
	for (const command of commands) {
		expect(help(command)).toContain(`$ homerange image ${command.name()}`);
		expect(help(command)).toContain("--format <format>");
	}
});

test("an image is promoted among the commands of the library", () => {
	const promote = group("library")?.commands.find((command) => command.name() === "promote");
	expect(promote && help(promote)).toContain("$ homerange library promote nginx:1.29");
});
