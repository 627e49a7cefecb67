import { HomerangeError } from "../../../contract/errors.ts";
import { connectRunning } from "../connect.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";

export async function engineStatus(format: Format): Promise<void> {
	const client = await connectRunning();
	if (client === null) return format === "json" ? printJson(null) : print("No engine runs for this data folder.");
	try {
		const info = await client.api.host.info({});
		if (format === "json") return await printJson(info);
		const kind = info.kind === "app" ? "The app's engine" : "A background engine";
		await print(
			`${kind} serves ${info.dataFolder}: version ${info.version}, process ${info.pid}, since ${info.startedAt}.`,
		);
	} finally {
		await client.close();
	}
}

/** Asks the background engine to end, and waits until its process is gone. */
export async function stopEngine(): Promise<void> {
	const client = await connectRunning();
	if (client === null) return print("No engine runs for this data folder.");
	const { kind } = await client.api.host.info({});
	if (kind === "app") {
		await client.close();
		throw new HomerangeError("STATE_CONFLICT", "The app runs the engine of this data folder.", {
			remedy: "Quit the app.",
		});
	}
	const { runningTasks } = await client.api.host.handOver({});
	if (runningTasks.length > 0) say(`Waiting for ${runningTasks.length} running operation(s).`);
	await client.lost;
	await client.close();
	await print("The engine ended.");
}
