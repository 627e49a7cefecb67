import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "./program.ts";

/** Parses the arguments and gives what commander would print, or the error it would end with. */
async function parse(...args: string[]): Promise<{ output: string; exitCode: number; code: string }> {
	const program = createProgram();
	let output = "";
	const collect = (text: string) => {
		output += text;
	};
	for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
		command.configureOutput({
			writeOut: collect,
			writeErr: collect,
			getOutHelpWidth: () => 80,
			getErrHelpWidth: () => 80,
		});
	}
	try {
		await program.parseAsync(args, { from: "user" });
	} catch (error) {
		if (error instanceof CommanderError) return { output, exitCode: error.exitCode, code: error.code };
		throw error;
	}
	return { output, exitCode: 0, code: "" };
}

test("help lists every command in the order of a day's work", async () => {
	const { output } = await parse("--help");
	const commands = [...output.matchAll(/^ {2}([a-z]+)(?:\|\w+)? .*\S {2,}/gm)].map((match) => match[1]);
	expect(commands).toEqual(
		expect.arrayContaining(["validate", "deploy", "list", "inspect", "destroy", "exec", "console", "logs", "events"]),
	);
	expect(output).toContain("Exit status: 0 done, 1 failed, 2 usage");
	expect(output).not.toContain("__complete");
});

test("every command has help with an example", async () => {
	for (const command of createProgram().commands) {
		if (command.name().startsWith("_") || command.commands.length > 0) continue;
		const { output, exitCode } = await parse(command.name(), "--help");
		expect(exitCode, command.name()).toBe(0);
		expect(output, command.name()).toContain(`$ homerange ${command.name()}`);
	}
});

test.each([
	["an unknown command", ["deplot"], "Did you mean deploy?"],
	["a missing argument", ["inspect"], "missing required argument 'range'"],
	["an unknown option", ["list", "--wide"], "unknown option '--wide'"],
	["a number out of bounds", ["deploy", "x.yaml", "--copies", "0"], "from 1 to 50"],
	["a word that is no format", ["list", "--format", "xml"], "Allowed choices are text, json"],
])("%s is told and ends the parse", async (_, args, sentence) => {
	const { output, exitCode } = await parse(...args);
	expect(output).toContain(sentence);
	expect(exitCode).not.toBe(0);
});
