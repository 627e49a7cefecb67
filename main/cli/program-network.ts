import { type Command, Option } from "commander";
import { examples, formatOption } from "./options.ts";
import type { Format } from "./terminal/print.ts";

/** `homerange network …`: what acts on the networks of a range that is deployed. */
export function addNetworkCommands(program: Command): void {
	const network = program.command("network").description("change and test the networks of a range");
	network
		.command("set")
		.description("change a network while its range runs")
		.argument("<range>", "name or id of a range")
		.argument("<network>", "name of a network")
		.addOption(
			new Option("--internet <state>", "whether its machines reach the internet; off ends flows that are under way")
				.choices(["on", "off"])
				.makeOptionMandatory(),
		)
		.addOption(formatOption())
		.addHelpText("after", examples("network set lab-1 lan --internet on", "network set lab-1 lan --internet off"))
		.action(async (range: string, name: string, options: { internet: "on" | "off"; format: Format }) =>
			(await import("./commands/network-set.ts")).networkSet(range, name, options.internet === "on", options.format),
		);
	network
		.command("test")
		.description("probe every pair of machines, and an internet that the test makes, and compare with the blueprint")
		.argument("<range>", "name or id of a range")
		.addOption(formatOption())
		.addHelpText("after", examples("network test lab-1", "network test lab-1 --format json"))
		.action(async (range: string, options: { format: Format }) =>
			(await import("./commands/network-test.ts")).networkTest(range, options.format),
		);
}
