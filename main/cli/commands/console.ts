import { HomerangeError } from "../../../contract/errors.ts";
import { openChannel } from "../../rpc/channel-client.ts";
import { withEngine } from "../connect.ts";
import { attach } from "../terminal/attach.ts";
import { say } from "../terminal/print.ts";
import { terminalSize } from "../terminal/raw-terminal.ts";

export interface ConsoleOptions {
	session?: string;
}

/** A shell in a machine, in this terminal. */
export async function openConsole(range: string, machine: string, options: ConsoleOptions): Promise<void> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw new HomerangeError("USAGE", "A console needs a terminal.", {
			remedy: `Use \`homerange exec ${range} ${machine} -- COMMAND\`.`,
		});
	}
	await withEngine(async (client) => {
		const channel = await openChannel(client.socketPath, {
			kind: "shell",
			range,
			machine,
			...terminalSize(),
			...(options.session === undefined ? {} : { session: options.session }),
		});
		say("Ctrl-] detaches.");
		const { exitCode, detachedFrom } = await attach(channel, { terminal: true, detachable: true });
		if (detachedFrom !== null) {
			say(`\nDetached. Attach again: homerange console ${range} ${machine} --session ${detachedFrom}`);
			return;
		}
		process.exitCode = exitCode ?? 1;
	});
}
