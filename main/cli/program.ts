import { resolve } from "node:path";
import { type Command, createCommand } from "commander";
import { version } from "../version.ts";
import { addBundleCommands } from "./program-bundles.ts";
import { addEngineCommands } from "./program-engine.ts";
import { addImageCommands } from "./program-images.ts";
import { addLayerCommands } from "./program-layers.ts";
import { addLibraryCommands } from "./program-library.ts";
import { addMachineCommands } from "./program-machines.ts";
import { addNetworkCommands } from "./program-network.ts";
import { addRangeCommands } from "./program-ranges.ts";
import { addVmCommands } from "./program-vms.ts";
import { addWatchCommands } from "./program-watch.ts";

/**
 * The whole command line as data: names, options, help. What a command does is
 * loaded when it runs, so that help and completion start at once.
 */
export function createProgram(): Command {
	const program = createCommand("homerange")
		.description("Run cyber ranges on one laptop: every range in its own Docker-in-Docker container.")
		.version(version(), "-V, --version", "print the version")
		.helpOption("-h, --help", "print help")
		.option("--data <folder>", "data folder (default: $HOMERANGE_DATA or the platform's place)")
		.option("-q, --quiet", "no progress on stderr")
		.showSuggestionAfterError()
		.configureHelp({ sortSubcommands: false, showGlobalOptions: false })
		.exitOverride()
		.hook("preAction", () => {
			const { data, quiet } = program.opts<{ data?: string; quiet?: boolean }>();
			if (data !== undefined) process.env.HOMERANGE_DATA = resolve(data);
			if (quiet) process.env.HOMERANGE_QUIET = "1";
		});
	addRangeCommands(program);
	addMachineCommands(program);
	addNetworkCommands(program);
	addWatchCommands(program);
	addLibraryCommands(program);
	addImageCommands(program);
	addVmCommands(program);
	addBundleCommands(program);
	addEngineCommands(program);
	addLayerCommands(program);
	program.addHelpText(
		"after",
		`
Examples:
  $ homerange deploy first-range            deploy a blueprint that ships with Homerange
  $ homerange deploy ./lab.yaml --copies 3  deploy a file three times
  $ homerange list
  $ homerange console lab-1 web             a shell in a machine
  $ homerange destroy lab-1

Exit status: 0 done, 1 failed, 2 usage, 3 blueprint or input invalid, 4 engine unreachable,
5 not found, 6 conflict, 130 cancelled.`,
	);
	return program;
}
