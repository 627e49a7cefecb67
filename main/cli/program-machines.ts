import { type Command, Option } from "commander";
import type { ConsoleOptions } from "./commands/console.ts";
import type { ExecOptions } from "./commands/exec.ts";
import type { LogsOptions } from "./commands/logs.ts";
import type { AddMachineOptions } from "./commands/machine-add.ts";
import { cpuCount, examples, formatOption, wholeNumber } from "./options.ts";

export function addMachineCommands(program: Command): void {
	const machine = program.command("machine").description("change which machines a range has");
	machine
		.command("add")
		.description("add a machine to a range that runs, and to the blueprint that the range keeps")
		.argument("<range>", "name or id of a range")
		.argument("<name>", "name of the new machine")
		.addOption(new Option("--template <name>", "start from a template").conflicts(["snapshot", "image"]))
		.addOption(new Option("--snapshot <name>", "start from a snapshot").conflicts(["template", "image"]))
		.addOption(new Option("--image <reference>", "start from a container image").conflicts(["template", "snapshot"]))
		.addOption(
			new Option(
				"--network <network[:ip]>",
				"a network to stand on, with its address there; may be given several times",
			)
				.argParser((word: string, words: string[] = []) => [...words, word])
				.makeOptionMandatory(),
		)
		.option("--cpus <number>", "CPUs, in place of its source's", cpuCount)
		.option("--memory <size>", "memory, in place of its source's, like 512MiB")
		.option("--dry-run", "show what would change, and stop")
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples(
				"machine add lab-1 probe --template busybox --network lan",
				"machine add lab-1 copy --snapshot attacked --network dmz:10.0.2.50 --network lan",
			),
		)
		.action(async (range: string, name: string, options: AddMachineOptions) =>
			(await import("./commands/machine-add.ts")).addMachine(range, name, options),
		);
	program
		.command("exec")
		.description("run a command in a machine; its output, input and exit status are this command's")
		.argument("<range>", "name or id of a range")
		.argument("<machine>", "name of a machine")
		.argument("<command...>", "the command, after --")
		.option("-t, --tty", "give the command a terminal")
		.addHelpText(
			"after",
			examples("exec lab-1 web -- cat /etc/hostname", "exec lab-1 web -- sh -c 'cat > /tmp/notes' < notes.txt"),
		)
		.action(async (range: string, machine: string, command: string[], options: ExecOptions) =>
			(await import("./commands/exec.ts")).exec(range, machine, command, options),
		);
	program
		.command("console")
		.description("open a shell in a machine")
		.argument("<range>", "name or id of a range")
		.argument("<machine>", "name of a machine")
		.option("--session <id>", "attach to a shell that was detached from")
		.addHelpText("after", `${examples("console lab-1 web")}\n\nCtrl-] detaches: the shell lives on in the engine.`)
		.action(async (range: string, machine: string, options: ConsoleOptions) =>
			(await import("./commands/console.ts")).openConsole(range, machine, options),
		);
	program
		.command("logs")
		.description("print the output of a machine")
		.argument("<range>", "name or id of a range")
		.argument("<machine>", "name of a machine")
		.option("-f, --follow", "go on with what comes")
		.option("--tail <lines>", "begin with so many of the last lines", wholeNumber(0, 100_000), 1000)
		.addHelpText("after", examples("logs lab-1 web", "logs lab-1 web --follow --tail 20"))
		.action(async (range: string, machine: string, options: LogsOptions) =>
			(await import("./commands/logs.ts")).logs(range, machine, options),
		);
}
