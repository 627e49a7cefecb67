/**
 * Run as a process of its own: an engine that kills itself with -9 in the moment in which a step begins.
 *
 * Arguments: data folder, what to do ("deploy", "continue", "destroy", "update"), the step to die in, the file with a blueprint.
 */
import { readFileSync } from "node:fs";
import { openTestRanges } from "./open-ranges.ts";

const [folder = "", act = "", deadly = "", file = ""] = process.argv.slice(2);
/** A step's id, or what several begin with. */
const isDeadly = (id: string) => (deadly.endsWith(":") ? id.startsWith(deadly) : id === deadly);
const { ranges, deps } = await openTestRanges({
	folder,
	onStep({ id, moment }) {
		if (moment === "begun" && isDeadly(id)) setImmediate(() => process.kill(process.pid, "SIGKILL"));
	},
});
const range = ranges.list()[0]?.id ?? "";
const source = { kind: "text" as const, file, text: readFileSync(file, "utf8") };
const started =
	act === "deploy"
		? await ranges.deploy({ source, copies: 1 }, "test").then(([first]) => first?.taskId)
		: act === "continue"
			? (await ranges.continueInterrupted(range, "test")).taskId
			: act === "update"
				? (await ranges.update({ range, source, mayLoseData: true }, "test")).taskId
				: (await ranges.destroy(range, "test")).taskId;
const task = await deps.tasks.whenEnded(started ?? "");
throw new Error(`the step ${deadly} did not come: ${JSON.stringify(task.steps)} ${JSON.stringify(task.error)}`);
