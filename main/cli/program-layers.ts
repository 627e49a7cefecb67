import type { Command } from "commander";
import { examples, formatOption } from "./options.ts";
import type { Format } from "./terminal/print.ts";

export function addLayerCommands(program: Command): void {
	const layers = program.command("layers").description("the stores of image layers that ranges share");
	layers
		.command("list")
		.alias("ls")
		.description("list the stores, their sizes, and which ranges use them")
		.addOption(formatOption())
		.addHelpText("after", examples("layers list", "layers list --format json"))
		.action(async ({ format }: { format: Format }) => (await import("./commands/layers.ts")).listLayerStores(format));
	layers
		.command("free")
		.description("remove stores that no range uses and no new range would use")
		.option("--all", "also the one that the next range would use; its deploy fills a new one")
		.addOption(formatOption())
		.addHelpText("after", examples("layers free", "layers free --all"))
		.action(async ({ all, format }: { all?: boolean; format: Format }) =>
			(await import("./commands/layers.ts")).freeLayerStores(all ?? false, format),
		);
}
