/**
 * Run as a process of its own: an engine that kills itself with -9 while it takes a range's snapshot.
 *
 * Arguments: data folder, the range, the step to die in ("save", "frozen", "clear": when it begins; "split": when what
 * is frozen was saved; "bring": when some of its bytes have come).
 */
import { openTestSnapshots } from "./open-snapshots.ts";

const [folder = "", range = "", deadly = ""] = process.argv.slice(2);
const die = () => process.kill(process.pid, "SIGKILL");
const { saved, deps } = await openTestSnapshots({
	folder,
	onStep({ id, moment }) {
		if (id === "frozen" && moment === "ended" && deadly === "split") die();
		if (moment === "begun" && id === deadly && deadly !== "bring") setImmediate(die);
	},
});
const changes = deps.changes.subscribe(new AbortController().signal);
const { taskId } = await saved.takeRange({ range, name: "killed" }, "test");
for await (const change of changes) {
	if (change.kind !== "task" || change.task.id !== taskId) continue;
	const bring = change.task.steps.find(({ id }) => id === "bring");
	if (deadly === "bring" && (bring?.progress?.done ?? 0) > 0) die();
	if (change.task.endedAt === null) continue;
	throw new Error(`the step ${deadly} did not come: ${JSON.stringify(change.task.error)}`);
}
