import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import type { Format } from "../terminal/print.ts";
import { printRange } from "./inspect.ts";

/** Switches a network's way to the internet and shows the range. */
export async function networkSet(range: string, network: string, internet: boolean, format: Format): Promise<void> {
	await withEngine(async (client) => {
		const { id } = await client.api.ranges.get({ range });
		const { taskId } = await client.api.ranges.setNetwork({ range: id, network, internet });
		throwIfFailed(await followTasks(client, [taskId]));
		await printRange(await client.api.ranges.get({ range: id }), format);
	});
}
