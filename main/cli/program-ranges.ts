import { type Command, Option } from "commander";
import type { DeployOptions } from "./commands/deploy.ts";
import type { DestroyOptions } from "./commands/destroy.ts";
import { examples, formatOption, wholeNumber } from "./options.ts";
import type { Format } from "./terminal/print.ts";

interface Printed {
	format: Format;
}

export function addRangeCommands(program: Command): void {
	program
		.command("validate")
		.description("check a blueprint without deploying it; needs no engine")
		.argument("<file>", "a blueprint file, - for stdin, or the name of a shipped blueprint")
		.addOption(formatOption())
		.addHelpText("after", examples("validate lab.yaml", "validate lab.yaml --format json"))
		.action(async (file: string, options: Printed) =>
			(await import("./commands/validate.ts")).validate(file, options.format),
		);
	program
		.command("deploy")
		.description("deploy a blueprint as one or more ranges, or update the range that --name names")
		.argument("[file]", "a blueprint file, - for stdin, or the name of a shipped blueprint")
		.option("--from-snapshot <name>", "deploy a range's snapshot in place of a blueprint")
		.option("--name <name>", "name of the range (default: the blueprint's name and a number)")
		.option("--copies <count>", "deploy so many copies side by side", wholeNumber(1, 50))
		.option("--dry-run", "print what would be made or changed, and do nothing")
		.option("-y, --yes", "do not ask about warnings, nor about disks that an update throws away")
		.option("--detach", "return at once; the engine goes on")
		.addOption(
			new Option("--profile <profile>", "how the range is confined").choices(["auto", "privileged", "unprivileged"]),
		)
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples(
				"deploy lab.yaml",
				"deploy lab.yaml --name monday",
				"deploy lab.yaml --copies 10",
				"deploy --from-snapshot monday --copies 3",
				"deploy lab.yaml --dry-run",
				"deploy lab.yaml --name monday --dry-run   # once monday exists: what differs",
			) +
				"\n\nWith --name of a range that was made from a blueprint of the same name, the range is\n" +
				"updated: only what differs is changed, everything else runs on. Machines that must be\n" +
				"made again lose their disks; that is asked about, or agreed to with --yes.",
		)
		.action(async (file: string | undefined, options: DeployOptions) =>
			(await import("./commands/deploy.ts")).deploy(file, options),
		);
	program
		.command("list")
		.alias("ls")
		.description("list the ranges")
		.addOption(formatOption())
		.addHelpText("after", examples("list", "list --format json"))
		.action(async (options: Printed) => (await import("./commands/list.ts")).list(options.format));
	program
		.command("inspect")
		.description("show a range: networks, machines, addresses, states")
		.argument("<range>", "name or id of a range")
		.addOption(formatOption())
		.addHelpText("after", examples("inspect lab-1", "inspect lab-1 --format json"))
		.action(async (range: string, options: Printed) =>
			(await import("./commands/inspect.ts")).inspect(range, options.format),
		);
	const operations = [
		["start", "start a range or one of its machines"],
		["stop", "stop a range or one of its machines"],
		["restart", "restart a range or one of its machines"],
		["pause", "freeze a range or one of its machines"],
		["resume", "let a frozen range or machine run again"],
		["retry", "try again what failed or died half-way, and leave alone what runs"],
	] as const;
	for (const [operation, description] of operations) {
		program
			.command(operation)
			.description(description)
			.argument("<range>", "name or id of a range")
			.argument("[machine]", "name of a machine; absent: the whole range")
			.addOption(formatOption())
			.addHelpText("after", examples(`${operation} lab-1`, `${operation} lab-1 web`))
			.action(async (range: string, machine: string | undefined, options: Printed) =>
				(await import("./commands/operate.ts")).operate(operation, range, machine, options.format),
			);
	}
	program
		.command("continue")
		.description("go on with an operation that died half-way")
		.argument("<range>", "name or id of a range")
		.addOption(formatOption())
		.addHelpText("after", examples("continue lab-1"))
		.action(async (range: string, options: Printed) =>
			(await import("./commands/operate.ts")).operate("continueInterrupted", range, undefined, options.format),
		);
	program
		.command("destroy")
		.description("destroy a range and everything in it")
		.argument("<range>", "name or id of a range")
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("destroy lab-1", "destroy lab-1 --yes"))
		.action(async (range: string, options: DestroyOptions) =>
			(await import("./commands/destroy.ts")).destroy(range, options),
		);
}
