import { type Command, Option } from "commander";
import type { DeleteImageOptions, PruneImageOptions } from "./commands/image-remove.ts";
import type { BuildOptions, ExportOptions, ImportOptions, PromoteOptions, PullOptions } from "./commands/image-task.ts";
import { examples, formatOption, wholeNumber } from "./options.ts";
import type { Format } from "./terminal/print.ts";

interface Printed {
	format: Format;
}

/** `homerange image …`: container images of the host's engine and disk images of the library. */
export function addImageCommands(program: Command): void {
	const image = program.command("image").description("container images of the Docker Engine and disks of the library");
	image
		.command("list")
		.alias("ls")
		.description("list the images with what they hold alone and what they share, and who uses them")
		.addOption(formatOption())
		.addHelpText("after", examples("image list", "image list --format json"))
		.action(async (options: Printed) => (await import("./commands/image.ts")).listImages(options.format));
	image
		.command("show")
		.description("show an image: layers, users, what it says about itself")
		.argument("<image>", "name:tag, an id or its beginning, or the name of a disk")
		.addOption(formatOption())
		.addHelpText("after", examples("image show nginx:1.29", "image show debian-disk --format json"))
		.action(async (name: string, options: Printed) =>
			(await import("./commands/image.ts")).showImage(name, options.format),
		);
	image
		.command("pull")
		.description("pull an image from its registry, with the credentials of the Docker command")
		.argument("<image>", "name:tag, or registry/name:tag")
		.option("--platform <platform>", "of an image for several: os/architecture, like linux/arm64")
		.addOption(formatOption())
		.addHelpText("after", examples("image pull nginx:1.29", "image pull registry.example/team/web:2"))
		.action(async (name: string, options: PullOptions) =>
			(await import("./commands/image-task.ts")).pullImage(name, options),
		);
	image
		.command("import")
		.description(
			"bring in an archive of docker save, an OCI layout, or a disk (qcow2, raw, vmdk, vdi, ova, Vagrant box)",
		)
		.argument("<path>", "a file, or the folder of an OCI layout")
		.option("--name <name>", "name of the disk, or name:tag of a container image that has none")
		.option("--overwrite", "let a name that means another container image mean this one")
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples("image import web.tar.gz", "image import ./layout --name web:2", "image import dc.qcow2"),
		)
		.action(async (path: string, options: ImportOptions) =>
			(await import("./commands/image-task.ts")).importImage(path, options),
		);
	image
		.command("export")
		.description("write an image to a file: an archive of docker save, or the disk")
		.argument("<image>", "name:tag, an id, or the name of a disk")
		.argument("<file>", "where to")
		.option("--overwrite", "replace the file")
		.addOption(formatOption())
		.addHelpText("after", examples("image export nginx:1.29 nginx.tar"))
		.action(async (name: string, file: string, options: ExportOptions) =>
			(await import("./commands/image-task.ts")).exportImage(name, file, options),
		);
	image
		.command("delete")
		.description("delete an image, from the Docker Engine too; refused while something uses it")
		.argument("<image>", "name:tag, an id, or the name of a disk")
		.option("--force", "also when templates use it")
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("image delete nginx:1.28", "image delete old-disk --yes"))
		.action(async (name: string, options: DeleteImageOptions) =>
			(await import("./commands/image-remove.ts")).deleteImage(name, options),
		);
	image
		.command("prune")
		.description("delete the images that nothing uses")
		.argument("[images...]", "only these")
		.option("--dry-run", "say what would go and what that frees, and do nothing")
		.option("--all", "also images that Homerange never brought in or used: those of other programs")
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("image prune --dry-run", "image prune --yes", "image prune nginx:1.28 --all"))
		.action(async (names: string[], options: PruneImageOptions) =>
			(await import("./commands/image-remove.ts")).pruneImages(names, options),
		);
	image
		.command("build")
		.description("build an image from a folder with a Dockerfile")
		.argument("<folder>", "the folder; .dockerignore says what stays behind")
		.requiredOption("-t, --tag <tag>", "its name:tag")
		.option("--file <file>", "the recipe, relative to the folder", "Dockerfile")
		.addOption(
			new Option("--network <network>", "whether the recipe's commands have a network")
				.choices(["default", "none"])
				.default("default"),
		)
		.addOption(formatOption())
		.addHelpText("after", examples("image build ./web --tag web:1", "image build . -t web:2 --file dev/Dockerfile"))
		.action(async (folder: string, options: BuildOptions) =>
			(await import("./commands/image-task.ts")).buildImage(folder, options),
		);
	addPromote(image);
	addPromote(program.commands.find((command) => command.name() === "library") ?? program.command("library"));
}

/** `homerange image promote` and `homerange library promote` are the same: an image becomes an entry of the library. */
function addPromote(group: Command): void {
	const example = (rest: string) => `${group.name()} promote ${rest}`;
	group
		.command("promote")
		.description("make a template of an image, filled in from what the image says about itself")
		.argument("<image>", "name:tag, an id, or the name of a disk")
		.option("--name <name>", "name of the template (default: from the image's)")
		.option("--title <title>", "its title for people")
		.option("--description <text>", "its description")
		.addOption(new Option("--os <os>", "what runs in it").choices(["linux", "windows", "macos", "network", "other"]))
		.addOption(
			new Option("--kind <kind>", "what a machine from it is").choices([
				"container",
				"linux-vm",
				"windows-vm",
				"macos-vm",
			]),
		)
		.addOption(
			new Option("--provider <provider>", "of a VM from a disk: libvirt, or docker for QEMU in a container").choices([
				"docker",
				"libvirt",
			]),
		)
		.option("--vnc <port>", "port of its desktop", wholeNumber(1, 65_535))
		.option("--dry-run", "print what the template would say, and make none")
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples(
				example("nginx:1.29"),
				example("nginx:1.29 --name web --dry-run"),
				example("debian-12 --kind linux-vm --provider docker"),
			),
		)
		.action(async (image: string, options: PromoteOptions) =>
			(await import("./commands/image-task.ts")).promoteImage(image, options),
		);
}
