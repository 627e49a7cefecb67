import { type Command, Option } from "commander";
import type { CloneOptions, CreateOptions } from "./commands/vm-create.ts";
import type { DeleteOptions, SetOptions, StartOptions, StopOptions } from "./commands/vm-operate.ts";
import { examples, formatOption, several, sizeInGiB, wholeNumber } from "./options.ts";
import { addVmConsoleCommands } from "./program-vm-consoles.ts";
import { addVmPartCommands } from "./program-vm-parts.ts";
import type { Format } from "./terminal/print.ts";

interface Printed {
	format: Format;
}

const vmArgument = ["<vm>", "name or UUID of a VM"] as const;

/** `homerange vm …`: virtual machines that stand alone; those of ranges and of other tools are shown, too. */
export function addVmCommands(program: Command): void {
	const vm = program.command("vm").description("virtual machines of libvirt");
	vm.command("list")
		.alias("ls")
		.description("list the VMs, other tools' too")
		.addOption(formatOption())
		.addHelpText("after", examples("vm list", "vm list --format json"))
		.action(async (options: Printed) => (await import("./commands/vm.ts")).listVms(options.format));
	vm.command("info")
		.description("show a VM: disks, network cards, snapshots, what to know about it")
		.argument(...vmArgument)
		.option("--xml", "print its libvirt definition in place of that")
		.addOption(formatOption())
		.addHelpText("after", examples("vm info web", "vm info web --format json", "vm info web --xml"))
		.action(async (name: string, options: Printed & { xml?: boolean }) =>
			(await import("./commands/vm.ts")).showVm(name, options),
		);
	addCreate(vm);
	addLifecycle(vm);
	addVmPartCommands(vm);
	addVmConsoleCommands(vm);
	vm.command("host")
		.description("show the hypervisor and what it can do here")
		.addOption(formatOption())
		.addHelpText("after", examples("vm host", "vm host --format json"))
		.action(async (options: Printed) => (await import("./commands/vm.ts")).showHypervisor(options.format));
	vm.command("templates")
		.description("list the kinds of VMs that can be made here, with what a new one gets")
		.addOption(formatOption())
		.addHelpText("after", examples("vm templates", "vm templates --format json"))
		.action(async (options: Printed) => (await import("./commands/vm.ts")).listTemplates(options.format));
}

function addCreate(vm: Command): void {
	vm.command("create")
		.description("make a VM; what is left out comes from its template, and the template from its type")
		.argument("<name>", "name of the new VM")
		.addOption(
			new Option("--type <type>", "what runs in it")
				.choices(["linux", "windows", "macos", "network", "other"])
				.default("linux"),
		)
		.option("--template <name>", "a VM template; see `homerange vm templates`")
		.option("--memory <size>", "memory, like 4GiB; a plain number means GiB", sizeInGiB)
		.option("--cpus <count>", "virtual processors", wholeNumber(1, 512))
		.option("--disk <size>", "size of its disk, like 20GiB; a plain number means GiB, 0 means none", sizeInGiB)
		.option("--iso <file>", "an installer for the CD drive")
		.option("--image <name>", "start from a disk image of the library, as a linked clone")
		.option("--snapshot <name>", "start from a VM's snapshot of the library, as a linked clone")
		.option(
			"--network <network>",
			"user, network:NAME or bridge:NAME; once for each card (default: libvirt's default network, else user)",
			several,
		)
		.addOption(new Option("--firmware <kind>", "what starts it").choices(["bios", "uefi", "uefi-secure"]))
		.option("--user <name>", "user to make in the guest at its first start (cloud-init, or Windows' answer file)")
		.option("--password-file <file>", "file with that user's password in its first line; - for stdin")
		.option("--ssh-key <file>", "public key for that user; can be given several times", several)
		.option("--user-data <file>", "cloud-init's user-data in place of the three")
		.option("--hostname <name>", "host name of the guest")
		.option("--drivers-iso <file>", "drivers for Windows, in the second CD drive")
		.option("--product-key <key>", "of Windows, for an unattended installation")
		.option("--accept-licence", "accept Microsoft's terms for an unattended installation")
		.option("--bootloader <image>", "disk image of the library with the boot loader that macOS needs")
		.option("--installer <image>", "disk image of the library with Apple's installer")
		.option("--apple-smc-key-file <file>", "file with the key of your own Mac that macOS asks for, in its first line")
		.option("--host-device <address>", "PCI device to hand over, like 0000:01:00.0", several)
		.option("--autostart", "start it when the host starts")
		.option("--start", "start it once it is made")
		.addOption(formatOption())
		.addHelpText(
			"after",
			examples(
				"vm create web --memory 4GiB --cpus 2 --disk 20GiB --iso debian.iso",
				"vm create web --image debian-12 --user admin --ssh-key ~/.ssh/id_ed25519.pub --start",
				"vm create desk --type windows --memory 8 --disk 80 --iso win11.iso --drivers-iso virtio-win.iso",
			),
		)
		.action(async (name: string, options: CreateOptions) =>
			(await import("./commands/vm-create.ts")).createVm(name, options),
		);
	vm.command("clone")
		.description("make a VM like another one, with disks of its own")
		.argument(...vmArgument)
		.argument("<name>", "name of the new VM")
		.option("--linked", "let its disks hold only what it writes itself; the other one must stay as it is")
		.option("--start", "start it once it is made")
		.addOption(formatOption())
		.addHelpText("after", examples("vm clone web web-2", "vm clone web web-2 --linked --start"))
		.action(async (source: string, name: string, options: CloneOptions) =>
			(await import("./commands/vm-create.ts")).cloneVm(source, name, options),
		);
}

function addLifecycle(vm: Command): void {
	vm.command("start")
		.description("start a VM")
		.argument(...vmArgument)
		.option("--paused", "leave it paused before its first instruction")
		.addOption(formatOption())
		.addHelpText("after", examples("vm start web"))
		.action(async (name: string, options: StartOptions) =>
			(await import("./commands/vm-operate.ts")).startVm(name, options),
		);
	vm.command("stop")
		.description("stop a VM: by its agent, by ACPI, and by cutting its power when it ignores both")
		.argument(...vmArgument)
		.option("--force", "cut its power at once")
		.option("--grace <seconds>", "how long it may take to shut down; 0 waits without an end", wholeNumber(0, 3600))
		.addOption(formatOption())
		.addHelpText("after", examples("vm stop web", "vm stop web --force", "vm stop web --grace 120"))
		.action(async (name: string, options: StopOptions) =>
			(await import("./commands/vm-operate.ts")).stopVm(name, options),
		);
	const operations = [
		["pause", "freeze a VM"],
		["resume", "let a frozen VM run again"],
		["reboot", "ask the guest to restart"],
		["reset", "restart it as the button of a machine does, without asking"],
		["destroy", "cut its power; the VM itself stays"],
		["adopt", "let Homerange change a VM that another tool made"],
		["release", "take that back; the VM stays as it is"],
	] as const;
	for (const [operation, description] of operations) {
		vm.command(operation)
			.description(description)
			.argument(...vmArgument)
			.addOption(formatOption())
			.addHelpText("after", examples(`vm ${operation} web`))
			.action(async (name: string, options: Printed) =>
				(await import("./commands/vm-operate.ts")).operateVm(operation, name, options.format),
			);
	}
	vm.command("delete")
		.description("delete a VM with its firmware's variables, its TPM's state and its snapshots")
		.argument(...vmArgument)
		.option("--delete-disk", "also its disks, as far as they lie in Homerange's own pool")
		.option("-y, --yes", "do not ask")
		.addOption(formatOption())
		.addHelpText("after", examples("vm delete web", "vm delete web --delete-disk --yes"))
		.action(async (name: string, options: DeleteOptions) =>
			(await import("./commands/vm-operate.ts")).deleteVm(name, options),
		);
	vm.command("autostart")
		.description("say whether a VM starts when the host does")
		.argument(...vmArgument)
		.argument("<on|off>", "on or off")
		.addOption(formatOption())
		.addHelpText("after", examples("vm autostart web on", "vm autostart web off"))
		.action(async (name: string, value: string, options: Printed) =>
			(await import("./commands/vm-operate.ts")).setAutostart(name, value, options.format),
		);
	vm.command("rename")
		.description("rename a stopped VM")
		.argument(...vmArgument)
		.argument("<name>", "its new name")
		.addOption(formatOption())
		.addHelpText("after", examples("vm rename web shop"))
		.action(async (name: string, newName: string, options: Printed) =>
			(await import("./commands/vm-operate.ts")).renameVm(name, newName, options.format),
		);
	vm.command("set")
		.description("change a VM; what a running guest cannot take waits for its next start")
		.argument(...vmArgument)
		.option("--memory <size>", "memory, like 4GiB; a plain number means GiB", sizeInGiB)
		.option("--cpus <count>", "virtual processors", wholeNumber(1, 512))
		.option("--title <title>", "its title for people")
		.option("--description <text>", "its description")
		.addOption(formatOption())
		.addHelpText("after", examples("vm set web --memory 8 --cpus 4"))
		.action(async (name: string, options: SetOptions) =>
			(await import("./commands/vm-operate.ts")).setVm(name, options),
		);
}
