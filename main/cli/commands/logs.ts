import { openChannel } from "../../rpc/channel-client.ts";
import { withEngine } from "../connect.ts";
import { untilInterrupted } from "../interrupt.ts";
import { attach } from "../terminal/attach.ts";

export interface LogsOptions {
	follow?: boolean;
	tail: number;
}

export async function logs(range: string, machine: string, { follow = false, tail }: LogsOptions): Promise<void> {
	await withEngine((client) =>
		untilInterrupted(async (signal) => {
			const channel = await openChannel(client.socketPath, { kind: "logs", range, machine, follow, tail });
			signal.addEventListener("abort", () => channel.close(), { once: true });
			await attach(channel, { terminal: false, detachable: false, input: false, untrusted: true });
		}),
	);
}
