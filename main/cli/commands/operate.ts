import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import type { Format } from "../terminal/print.ts";
import { printRange } from "./inspect.ts";

type Operation = "start" | "stop" | "restart" | "pause" | "resume" | "retry" | "continueInterrupted";

/** Runs one operation on a range or a machine to its end and shows the range. */
export async function operate(
	operation: Operation,
	range: string,
	machine: string | undefined,
	format: Format,
): Promise<void> {
	await withEngine(async (client) => {
		const { id } = await client.api.ranges.get({ range });
		const { taskId } =
			operation === "continueInterrupted"
				? await client.api.ranges.continueInterrupted({ range: id })
				: await client.api.ranges[operation](machine === undefined ? { range: id } : { range: id, machine });
		throwIfFailed(await followTasks(client, [taskId]));
		await printRange(await client.api.ranges.get({ range: id }), format);
	});
}
