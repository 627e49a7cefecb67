import { HomerangeError } from "../contract/errors.ts";
import { socketPath } from "../main/paths.ts";
import { connectEngine } from "../main/rpc/client.ts";

/**
 * Asks the background engine of a data folder to end after its running tasks, and
 * gives their titles. Throws `ENGINE_UNREACHABLE` when none listens any more.
 */
export async function requestHandOver(folder: string): Promise<string[]> {
	const client = await connectEngine(socketPath(folder));
	if (client === null) throw new HomerangeError("ENGINE_UNREACHABLE", "No engine listens in the data folder.");
	try {
		const { runningTasks } = await client.api.host.handOver({});
		if (runningTasks.length === 0) return [];
		const tasks = await client.api.tasks.list({});
		return tasks.filter((task) => task.state === "running" || task.state === "queued").map((task) => task.title);
	} finally {
		await client.close();
	}
}
