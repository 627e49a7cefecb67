import { type Command, Option } from "commander";
import type { DeleteOptions, EditOptions, KindOptions } from "./commands/library-change.ts";
import type { ExportOptions, ImportOptions } from "./commands/library-files.ts";
import type { RestoreOptions, TakeOptions } from "./commands/snapshot.ts";
import { cpuCount, examples, formatOption } from "./options.ts";
import type { Format } from "./terminal/print.ts";

interface Printed {
	format: Format;
}

const kindOption = () =>
	new Option("--kind <kind>", "of which kind, when several entries have the name").choices([
		"template",
		"snapshot",
		"range-snapshot",
	]);
const collect = (word: string, words: string[] = []) => [...words, word];
const descriptionOption = () => new Option("--description <text>", "for people");
const tagOption = () => new Option("--tag <tag>", "a tag; may be given several times").argParser(collect);

/** Templates and snapshots: what machines start from. */
export function addLibraryCommands(program: Command): void {
	const library = program
		.command("library")
		.description("what machines start from: templates, and snapshots of machines and ranges");
	library
		.command("list")
		.alias("ls")
		.description("list templates and snapshots, with what they share and what they hold alone")
		.addOption(kindOption())
		.addOption(formatOption())
		.addHelpText("after", examples("library list", "library list --kind snapshot --format json"))
		.action(async (options: Printed & KindOptions) =>
			(await import("./commands/library.ts")).listLibrary(options.kind, options.format),
		);
	library
		.command("show")
		.description("show an entry with its defaults, its origin and who uses it")
		.argument("<name>", "name of a template or snapshot, or id of a snapshot")
		.addOption(kindOption())
		.addOption(formatOption())
		.addHelpText("after", examples("library show debian-web", "library show attacked"))
		.action(async (name: string, options: Printed & KindOptions) =>
			(await import("./commands/library.ts")).showEntry(name, options.kind, options.format),
		);
	library
		.command("tree")
		.description("show what came from what")
		.addOption(formatOption())
		.addHelpText("after", examples("library tree"))
		.action(async (options: Printed) => (await import("./commands/library.ts")).showTree(options.format));
	library
		.command("snapshot")
		.description("save a machine as it is, while it runs or stopped, for new machines to start from")
		.argument("<range>", "name or id of a range")
		.argument("<machine>", "name of a machine")
		.argument("<name>", "name of the snapshot")
		.addOption(descriptionOption())
		.addOption(tagOption())
		.addOption(formatOption())
		.addHelpText("after", examples("library snapshot lab-1 web attacked --description 'after the first exercise'"))
		.action(async (range: string, machine: string, name: string, options: TakeOptions) =>
			(await import("./commands/snapshot.ts")).snapshotMachine(range, machine, name, options),
		);
	library
		.command("edit")
		.description("change an entry; shipped templates are copied first")
		.argument("<name>", "name of a template or snapshot")
		.addOption(kindOption())
		.option("--name <name>", "another name, of a machine's snapshot")
		.option("--title <title>", "title of a template")
		.addOption(descriptionOption())
		.addOption(tagOption())
		.option("--image <image>", "image of a template")
		.option("--cpus <count>", "default of a template", cpuCount)
		.option("--memory <size>", "default of a template, like 512MiB")
		.option("--disk <size>", "default of a template, like 10GiB")
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples("library edit attacked --tag exercise --tag web", "library edit my-web --memory 256MiB"),
		)
		.action(async (name: string, options: EditOptions) =>
			(await import("./commands/library-change.ts")).editEntry(name, options),
		);
	library
		.command("delete")
		.description("delete an entry that nothing uses")
		.argument("<name>", "name of a template or snapshot")
		.addOption(kindOption())
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("library delete attacked", "library delete monday --kind range-snapshot --yes"))
		.action(async (name: string, options: DeleteOptions) =>
			(await import("./commands/library-change.ts")).deleteEntry(name, options),
		);
	library
		.command("duplicate")
		.description("copy a template, a shipped one too, so that the copy can be changed")
		.argument("<template>", "name of a template")
		.argument("<copy>", "name of the copy")
		.addOption(formatOption())
		.addHelpText("after", examples("library duplicate debian-web my-web"))
		.action(async (template: string, copy: string, options: Printed) =>
			(await import("./commands/library-change.ts")).duplicateTemplate(template, copy, options.format),
		);
	library
		.command("export")
		.description("write a template as a file")
		.argument("<template>", "name of a template")
		.option("-o, --output <file>", "the file; - or nothing: stdout")
		.addHelpText(
			"after",
			examples("library export debian-web > debian-web.yaml", "library export my-web -o my-web.yaml"),
		)
		.action(async (template: string, options: ExportOptions) =>
			(await import("./commands/library-files.ts")).exportTemplate(template, options),
		);
	library
		.command("import")
		.description("make a template from a file")
		.argument("<file>", "a template's file, or - for stdin")
		.option("--name <name>", "name in the place of the file's")
		.addOption(formatOption())
		.addHelpText("after", examples("library import my-web.yaml", "library import my-web.yaml --name web-2"))
		.action(async (file: string, options: ImportOptions) =>
			(await import("./commands/library-files.ts")).importTemplate(file, options),
		);
	addRangeSnapshotCommands(program);
}

function addRangeSnapshotCommands(program: Command): void {
	program
		.command("snapshot")
		.description("save a whole range in one instant: every machine, network and rule")
		.argument("<range>", "name or id of a range")
		.argument("<name>", "name of the snapshot")
		.addOption(descriptionOption())
		.addOption(formatOption())
		.addHelpText("after", examples("snapshot lab-1 monday", "deploy --from-snapshot monday --copies 3"))
		.action(async (range: string, name: string, options: TakeOptions) =>
			(await import("./commands/snapshot.ts")).snapshotRange(range, name, options),
		);
	program
		.command("snapshots")
		.description("list the snapshots of ranges")
		.addOption(formatOption())
		.addHelpText("after", examples("snapshots", "snapshots --format json"))
		.action(async (options: Printed) =>
			(await import("./commands/library.ts")).listLibrary("range-snapshot", options.format),
		);
	program
		.command("restore")
		.description("bring a range back to a snapshot, in place; what its machines wrote since is lost")
		.argument("<range>", "name or id of a range")
		.argument("<snapshot>", "name or id of a snapshot of a range")
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("restore lab-1 monday", "restore lab-1 monday --yes"))
		.action(async (range: string, snapshot: string, options: RestoreOptions) =>
			(await import("./commands/snapshot.ts")).restoreRange(range, snapshot, options),
		);
}
