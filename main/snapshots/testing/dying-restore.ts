/**
 * Run as a process of its own: an engine that kills itself with -9 while it restores a range, in the moment in which a
 * step begins.
 *
 * Arguments: data folder, the range, what to do ("restore", or "continue" after one that died), the snapshot, the step
 * to die in: its id, or with a colon at the end what its id begins with.
 */
import { openTestSnapshots } from "./open-snapshots.ts";

const [folder = "", range = "", act = "", snapshot = "", deadly = ""] = process.argv.slice(2);
const isDeadly = (id: string) => (deadly.endsWith(":") ? id.startsWith(deadly) : id === deadly);
const { saved, ranges, deps } = await openTestSnapshots({
	folder,
	onStep({ id, moment }) {
		if (moment === "begun" && isDeadly(id)) setImmediate(() => process.kill(process.pid, "SIGKILL"));
	},
});
const started =
	act === "restore" ? await saved.restore({ range, snapshot }, "test") : await ranges.retry(range, undefined, "test");
const task = await deps.tasks.whenEnded(started.taskId);
throw new Error(`the step ${deadly} did not come: ${JSON.stringify(task.steps)} ${JSON.stringify(task.error)}`);
