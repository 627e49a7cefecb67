import { toErrorInfo } from "../../contract/errors.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { removeRange } from "./deploy-operation.ts";
import { OperationEvents } from "./operation-events.ts";
import type { OperationParts } from "./parts.ts";
import type { RangeRecord } from "./record.ts";

const step = { id: "remove", title: "Remove the range's container, volume, network and wall" };

/** Removes a range. Run again after it was cut off or failed, it finishes. */
export async function destroy(
	parts: OperationParts,
	{ range, task, actor }: { range: RangeRecord; task: TaskRun; actor: string },
): Promise<void> {
	const { deps, store } = parts;
	task.plan([step]);
	// A deploy that was cancelled for this has undone itself.
	if (store.find(range.id) === null) {
		task.skip(step.id, "it is gone already");
		return;
	}
	const title = `Destroy ${range.name}`;
	const events = new OperationEvents(deps.events, { range, actor, type: "range.destroy", title });
	store.update(range, { state: "destroying", reason: null, wanted: "destroyed", interrupted: null });
	events.started();
	task.start(step.id);
	deps.onStep?.({ rangeId: range.id, id: step.id, moment: "begun" });
	try {
		await removeRange(parts, range);
	} catch (error) {
		const { message } = toErrorInfo(error);
		task.fail(step.id, message);
		// `wanted` stays destroyed: the next reconcile tries again.
		const reason = `It could not be destroyed: ${message} This is tried again when Docker answers, or by a destroy.`;
		store.update(range, { state: "failed", reason });
		events.failed(error);
		throw error;
	}
	task.done(step.id);
	events.done();
}
