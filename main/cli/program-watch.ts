import type { Command } from "commander";
import type { CaptureOptions } from "./commands/capture.ts";
import type { TopOptions } from "./commands/top.ts";
import { examples, formatOption } from "./options.ts";

/** What looks into running ranges without changing them. */
export function addWatchCommands(program: Command): void {
	program
		.command("capture")
		.description("write the packets of a network to a pcap file until Ctrl-C")
		.argument("<range>", "name or id of a range")
		.argument("<network>", "name of a network")
		.option("-o, --output <file>", "the file; - or nothing: stdout, when that is no terminal")
		.option("--filter <expression>", "only these packets, as in pcap-filter(7)")
		.addHelpText(
			"after",
			examples(
				"capture lab-1 lan -o lan.pcap",
				"capture lab-1 dmz -o web.pcap --filter 'tcp port 80'",
				"capture lab-1 lan | wireshark -k -i -",
			),
		)
		.action(async (range: string, network: string, options: CaptureOptions) =>
			(await import("./commands/capture.ts")).capture(range, network, options),
		);
	program
		.command("top")
		.description("show what ranges and machines use of CPU, memory, network and disk")
		.argument("[range]", "name or id of a range; absent: all that run")
		.option("--once", "print once and end, as when stdout is no terminal")
		.addOption(formatOption())
		.addHelpText("after", examples("top", "top lab-1", "top --once --format json"))
		.action(async (range: string | undefined, options: TopOptions) =>
			(await import("./commands/top.ts")).top(range, options),
		);
}
