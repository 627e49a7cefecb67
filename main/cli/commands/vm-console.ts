import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import { openChannel } from "../../rpc/channel-client.ts";
import { withEngine } from "../connect.ts";
import { untilInterrupted } from "../interrupt.ts";
import { attach } from "../terminal/attach.ts";
import { print, say } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";

export interface VmLogsOptions {
	follow?: boolean;
	tail: number;
}

/** The serial line of a VM, in this terminal. */
export async function openVmConsole(vm: string): Promise<void> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw new HomerangeError("USAGE", "A console needs a terminal.", {
			remedy: `Use \`homerange vm logs ${vm}\` to read what it wrote.`,
		});
	}
	await withEngine(async (client) => {
		const channel = await openChannel(client.socketPath, { kind: "vm-serial", vm });
		say("Ctrl-] detaches.");
		await attach(channel, { terminal: true, detachable: true });
	});
}

export async function vmLogs(vm: string, { follow = false, tail }: VmLogsOptions): Promise<void> {
	await withEngine((client) =>
		untilInterrupted(async (signal) => {
			const channel = await openChannel(client.socketPath, { kind: "vm-logs", vm, follow, tail });
			signal.addEventListener("abort", () => channel.close(), { once: true });
			await attach(channel, { terminal: false, detachable: false, input: false, untrusted: true });
		}),
	);
}

export async function takeScreenshot(vm: string, file: string, { maxWidth }: { maxWidth?: number }): Promise<void> {
	await withEngine(async ({ api }) => {
		const request = { vm, ...(maxWidth === undefined ? {} : { maxWidth }) };
		const { base64, width, height } = await api.vms.screenshot(request);
		const bytes = Buffer.from(base64, "base64");
		if (file === "-") {
			process.stdout.write(bytes);
			return;
		}
		await writeFile(resolve(file), bytes);
		await print(`${plain(file)}: ${width} x ${height}`);
	});
}
