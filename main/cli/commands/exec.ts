import { HomerangeError } from "../../../contract/errors.ts";
import { openChannel } from "../../rpc/channel-client.ts";
import { withEngine } from "../connect.ts";
import { attach } from "../terminal/attach.ts";
import { terminalSize } from "../terminal/raw-terminal.ts";

export interface ExecOptions {
	tty?: boolean;
}

/** Runs a command in a machine as if it ran here: streams split, exit status kept. */
export async function exec(range: string, machine: string, command: string[], options: ExecOptions): Promise<void> {
	if (options.tty && !process.stdin.isTTY) {
		throw new HomerangeError("USAGE", "--tty needs a terminal on stdin.", { remedy: "Leave out --tty." });
	}
	await withEngine(async (client) => {
		const channel = await openChannel(client.socketPath, {
			kind: "exec",
			range,
			machine,
			command,
			...(options.tty ? { terminal: terminalSize() } : {}),
		});
		const { exitCode } = await attach(channel, { terminal: options.tty ?? false, detachable: false });
		process.exitCode = exitCode ?? 1;
	});
}
