import { type Command, Option } from "commander";
import type { EventsOptions } from "./commands/events.ts";
import type { PruneOptions } from "./commands/prune.ts";
import { examples, formatOption, wholeNumber } from "./options.ts";
import type { Format } from "./terminal/print.ts";

interface Printed {
	format: Format;
}

export function addEngineCommands(program: Command): void {
	program
		.command("events")
		.description("print the audit feed, one event a line")
		.option("-f, --follow", "go on with what comes")
		.option("--range <range>", "only of this range (name or id)")
		.addOption(
			new Option("--severity <severity>", "this severity and worse").choices(["info", "warning", "error", "critical"]),
		)
		.option("--limit <count>", "begin with so many of the newest", wholeNumber(1, 1000), 200)
		.addOption(formatOption())
		.addHelpText("after", examples("events --range lab-1", "events --follow --severity warning --format json"))
		.action(async (options: EventsOptions) => (await import("./commands/events.ts")).events(options));

	const tasks = program
		.command("tasks")
		.description("list long operations")
		.addOption(formatOption())
		.addHelpText("after", examples("tasks", "tasks cancel ID", "tasks clear"))
		.action(async (options: Printed) => (await import("./commands/tasks.ts")).listTasks(options.format));
	tasks
		.command("cancel")
		.description("cancel a running operation, and wait until it is undone")
		.argument("<id>", "id of a task")
		.action(async (id: string) => (await import("./commands/tasks.ts")).cancelTask(id));
	tasks
		.command("clear")
		.description("forget the operations that ended")
		.action(async () => (await import("./commands/tasks.ts")).clearTasks());

	program
		.command("doctor")
		.description("check the engines, the machine and the data folder")
		.option("--fix", "mend what can be mended")
		.addOption(formatOption())
		.addHelpText("after", examples("doctor", "doctor --fix", "doctor --format json"))
		.action(async (options: Printed & { fix?: boolean }) =>
			(await import("./commands/doctor.ts")).doctor(options.fix ?? false, options.format),
		);

	program
		.command("prune")
		.description("remove what is left on Docker and libvirt of ranges and disks that are not known any more")
		.option("--dry-run", "only say what would go")
		.option("--yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("prune --dry-run", "prune --yes"))
		.action(async (options: PruneOptions) => (await import("./commands/prune.ts")).prune(options));

	const engine = program.command("engine").description("the background engine of the command line");
	engine
		.command("status")
		.description("say which engine serves the data folder")
		.addOption(formatOption())
		.action(async (options: Printed) => (await import("./commands/engine.ts")).engineStatus(options.format));
	engine
		.command("stop")
		.description("end the background engine after its running operations; ranges go on")
		.action(async () => (await import("./commands/engine.ts")).stopEngine());
	engine
		.command("run", { hidden: true })
		.description("be the engine of the data folder until nobody needs it")
		.action(async () => (await import("./commands/engine-run.ts")).runEngine());

	program
		.command("completion")
		.description("print a completion script for a shell")
		.argument("<shell>", "bash, zsh or fish")
		.addHelpText(
			"after",
			`${examples("completion bash > /etc/bash_completion.d/homerange")}\n  $ source <(homerange completion zsh)\n  $ homerange completion fish | source`,
		)
		.action(async (shell: string) => (await import("./commands/completion.ts")).completion(shell, program));
	program
		.command("__complete", { hidden: true })
		.argument("<kind>", "ranges, machines, networks or blueprints")
		.argument("[range]")
		.action(async (kind: string, range: string | undefined) =>
			(await import("./commands/complete-words.ts")).completeWords(kind, range),
		);
}
