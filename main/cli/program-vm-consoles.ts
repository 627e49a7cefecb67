import type { Command } from "commander";
import type { VmLogsOptions } from "./commands/vm-console.ts";
import { examples, wholeNumber } from "./options.ts";

const vmArgument = ["<vm>", "name or UUID of a VM"] as const;

/** `homerange vm console|logs|screenshot`. */
export function addVmConsoleCommands(vm: Command): void {
	vm.command("console")
		.description("open the serial line of a VM, with what it wrote before")
		.argument(...vmArgument)
		.addHelpText("after", `${examples("vm console web")}\n\nCtrl-] detaches; the engine goes on listening.`)
		.action(async (name: string) => (await import("./commands/vm-console.ts")).openVmConsole(name));
	vm.command("logs")
		.description("print what a VM wrote on its serial line")
		.argument(...vmArgument)
		.option("-f, --follow", "go on with what comes")
		.option("--tail <lines>", "begin with so many of the last lines", wholeNumber(0, 100_000), 1000)
		.addHelpText("after", examples("vm logs web", "vm logs web --follow --tail 20"))
		.action(async (name: string, options: VmLogsOptions) =>
			(await import("./commands/vm-console.ts")).vmLogs(name, options),
		);
	vm.command("screenshot")
		.description("write a picture of a VM's screen to a file, as PNG")
		.argument(...vmArgument)
		.argument("<file>", "where to; - for stdout")
		.option("--max-width <pixels>", "make it smaller than the screen", wholeNumber(16, 8192))
		.addHelpText("after", examples("vm screenshot web web.png", "vm screenshot web - > web.png"))
		.action(async (name: string, file: string, options: { maxWidth?: number }) =>
			(await import("./commands/vm-console.ts")).takeScreenshot(name, file, options),
		);
}
