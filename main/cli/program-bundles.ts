import type { Command } from "commander";
import type { CreateBundleOptions, InstallBundleOptions } from "./commands/bundle.ts";
import { examples, formatOption, several } from "./options.ts";
import type { Format } from "./terminal/print.ts";

/** `homerange bundle …`: one file that carries blueprints with all they need to a machine without a network. */
export function addBundleCommands(program: Command): void {
	const bundle = program.command("bundle").description("carry ranges to a machine without a network");
	bundle
		.command("create")
		.description(
			"write blueprints and snapshots of ranges, their images and the image of a range's container into one file",
		)
		.argument("<file>", "the file to write")
		.argument("[blueprint...]", "blueprint files, or names of blueprints that ship with Homerange")
		.option(
			"--range-snapshot <name>",
			"a snapshot of a range with all its machines; may be given several times",
			several,
		)
		.option("--sign <keyfile>", "sign it with this Ed25519 private key (PEM)")
		.option("--replace", "write over a file of this name")
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples(
				"bundle create class.bundle lab.yaml first-range",
				"bundle create class.bundle lab.yaml --sign key.pem",
				"bundle create monday.bundle --range-snapshot monday",
			),
		)
		.action(async (file: string, blueprints: string[], options: CreateBundleOptions) =>
			(await import("./commands/bundle.ts")).createBundle(file, blueprints, options),
		);
	bundle
		.command("install")
		.description("check a bundle and bring in what it holds; the same command goes on after an interruption")
		.argument("<file>", "a bundle")
		.option("--key <pubkey>", "refuse a bundle that this Ed25519 public key (PEM) did not sign")
		.option("--replace", "where this machine has something else of the same name, take the bundle's")
		.option("--keep", "where this machine has something else of the same name, keep it")
		.addOption(formatOption())
		.addHelpText("after", examples("bundle install class.bundle", "bundle install class.bundle --key key.pub.pem"))
		.action(async (file: string, options: InstallBundleOptions) =>
			(await import("./commands/bundle.ts")).installBundle(file, options),
		);
	bundle
		.command("show")
		.description("print what a bundle holds")
		.argument("<file>", "a bundle")
		.addOption(formatOption())
		.addHelpText("after", examples("bundle show class.bundle", "bundle show class.bundle --format json"))
		.action(async (file: string, options: { format: Format }) =>
			(await import("./commands/bundle.ts")).showBundle(file, options.format),
		);
}
