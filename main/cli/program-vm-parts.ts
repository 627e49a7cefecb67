import { type Command, Option } from "commander";
import type { SaveOptions, TakeOptions } from "./commands/vm-snapshot.ts";
import { examples, formatOption, sizeInGiB } from "./options.ts";
import type { Format } from "./terminal/print.ts";

interface Printed {
	format: Format;
}

const vmArgument = ["<vm>", "name or UUID of a VM"] as const;
const targetArgument = ["<target>", "the disk's name in the VM, like vda"] as const;

/** `homerange vm disk|nic|iso|snapshot …`. */
export function addVmPartCommands(vm: Command): void {
	addDisk(vm);
	addNic(vm);
	addIso(vm);
	addSnapshot(vm);
}

function addDisk(vm: Command): void {
	const disk = vm.command("disk").description("disks of a VM");
	disk
		.command("add")
		.description("add a disk: an empty one, or a linked clone of a disk image of the library")
		.argument(...vmArgument)
		.option("--size <size>", "like 20GiB; a plain number means GiB", sizeInGiB)
		.option("--image <name>", "a disk image of the library")
		.addOption(formatOption())
		.addHelpText("after", examples("vm disk add web --size 20", "vm disk add web --image data"))
		.action(async (name: string, options: Printed & { size?: number; image?: string }) =>
			(await import("./commands/vm-parts.ts")).addDisk(name, options),
		);
	disk
		.command("resize")
		.description("make a disk larger; the guest's own partitions stay as they are")
		.argument(...vmArgument)
		.argument(...targetArgument)
		.argument("<size>", "like 40GiB; a plain number means GiB", sizeInGiB)
		.addOption(formatOption())
		.addHelpText("after", examples("vm disk resize web vda 40"))
		.action(async (name: string, target: string, size: number, options: Printed) =>
			(await import("./commands/vm-parts.ts")).resizeDisk(name, target, size, options.format),
		);
	disk
		.command("remove")
		.description("take a disk out of a VM")
		.argument(...vmArgument)
		.argument(...targetArgument)
		.option("--delete-file", "also remove its file, when it lies in Homerange's own pool")
		.addOption(formatOption())
		.addHelpText("after", examples("vm disk remove web vdb --delete-file"))
		.action(async (name: string, target: string, options: Printed & { deleteFile?: boolean }) =>
			(await import("./commands/vm-parts.ts")).removeDisk(name, target, options),
		);
}

function addNic(vm: Command): void {
	const nic = vm.command("nic").description("network cards of a VM");
	nic
		.command("add")
		.description("add a network card")
		.argument(...vmArgument)
		.argument("<network>", "user, network:NAME or bridge:NAME")
		.option("--mac <address>", "its MAC address (default: one is chosen)")
		.addOption(formatOption())
		.addHelpText("after", examples("vm nic add web network:default"))
		.action(async (name: string, network: string, options: Printed & { mac?: string }) =>
			(await import("./commands/vm-parts.ts")).addNic(name, network, options),
		);
	nic
		.command("move")
		.description("plug a network card in elsewhere")
		.argument(...vmArgument)
		.argument("<mac>", "its MAC address")
		.argument("<network>", "user, network:NAME or bridge:NAME")
		.addOption(formatOption())
		.addHelpText("after", examples("vm nic move web 52:54:00:12:34:56 user"))
		.action(async (name: string, mac: string, network: string, options: Printed) =>
			(await import("./commands/vm-parts.ts")).moveNic(name, mac, network, options.format),
		);
	nic
		.command("remove")
		.description("take a network card out of a VM")
		.argument(...vmArgument)
		.argument("<mac>", "its MAC address")
		.addOption(formatOption())
		.addHelpText("after", examples("vm nic remove web 52:54:00:12:34:56"))
		.action(async (name: string, mac: string, options: Printed) =>
			(await import("./commands/vm-parts.ts")).removeNic(name, mac, options.format),
		);
}

function addIso(vm: Command): void {
	const iso = vm.command("iso").description("the CD drives of a VM");
	iso
		.command("insert")
		.description("put an ISO into a CD drive")
		.argument(...vmArgument)
		.argument("<file>", "the ISO")
		.option("--target <target>", "which drive, like sda (default: the first that holds no seed)")
		.addOption(formatOption())
		.addHelpText("after", examples("vm iso insert web debian.iso"))
		.action(async (name: string, file: string, options: Printed & { target?: string }) =>
			(await import("./commands/vm-parts.ts")).insertIso(name, file, options),
		);
	iso
		.command("eject")
		.description("take the ISO out of a CD drive")
		.argument(...vmArgument)
		.option("--target <target>", "which drive, like sda (default: the first that holds one and no seed)")
		.addOption(formatOption())
		.addHelpText("after", examples("vm iso eject web"))
		.action(async (name: string, options: Printed & { target?: string }) =>
			(await import("./commands/vm-parts.ts")).ejectIso(name, options),
		);
}

function addSnapshot(vm: Command): void {
	const snapshot = vm.command("snapshot").description("snapshots of a VM");
	const snapshotArgument = ["<snapshot>", "name of a snapshot of the VM"] as const;
	snapshot
		.command("list")
		.alias("ls")
		.description("show the snapshots of a VM as a tree")
		.argument(...vmArgument)
		.addOption(formatOption())
		.addHelpText("after", examples("vm snapshot list web"))
		.action(async (name: string, options: Printed) =>
			(await import("./commands/vm-snapshot.ts")).listSnapshots(name, options.format),
		);
	snapshot
		.command("ways")
		.description("say how a snapshot of this VM can be taken as it is now, and why not otherwise")
		.argument(...vmArgument)
		.addOption(formatOption())
		.addHelpText("after", examples("vm snapshot ways web"))
		.action(async (name: string, options: Printed) =>
			(await import("./commands/vm-snapshot.ts")).listWays(name, options.format),
		);
	snapshot
		.command("create")
		.alias("take")
		.description("take a snapshot")
		.argument(...vmArgument)
		.argument("<name>", "name of the snapshot")
		.option("--description <text>", "what it is good for")
		.addOption(
			new Option("--method <method>", "how (default: the preferred of `vm snapshot ways`)").choices([
				"internal",
				"external",
				"overlay",
			]),
		)
		.addOption(formatOption())
		.addHelpText("after", examples('vm snapshot create web clean --description "before the exercise"'))
		.action(async (name: string, label: string, options: TakeOptions) =>
			(await import("./commands/vm-snapshot.ts")).createSnapshot(name, label, options),
		);
	snapshot
		.command("revert")
		.description("bring a VM back to a snapshot; what it wrote since is lost")
		.argument(...vmArgument)
		.argument(...snapshotArgument)
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("vm snapshot revert web clean --yes"))
		.action(async (name: string, label: string, options: Printed & { yes?: boolean }) =>
			(await import("./commands/vm-snapshot.ts")).revertSnapshot(name, label, options),
		);
	snapshot
		.command("delete")
		.description("delete a snapshot; the VM stays as it is")
		.argument(...vmArgument)
		.argument(...snapshotArgument)
		.option("--children", "also all that come after it")
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("vm snapshot delete web clean --yes"))
		.action(async (name: string, label: string, options: Printed & { yes?: boolean; children?: boolean }) =>
			(await import("./commands/vm-snapshot.ts")).deleteSnapshot(name, label, options),
		);
	snapshot
		.command("save")
		.description("save the disk of a stopped VM to the library, for new machines to start from")
		.argument(...vmArgument)
		.argument("<name>", "name of the library's snapshot")
		.option("--description <text>", "what it is good for")
		.option("--tag <tag>", "a tag; can be given several times", (tag: string, before: string[] = []) => [
			...before,
			tag,
		])
		.addOption(formatOption())
		.addHelpText("after", examples("vm snapshot save web web-clean --tag lab"))
		.action(async (name: string, label: string, options: SaveOptions) =>
			(await import("./commands/vm-snapshot.ts")).saveToLibrary(name, label, options),
		);
}
