import { HomerangeError } from "../../contract/errors.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { SavedRange } from "../ranges/deps.ts";
import { isCancelled, isEngineEnding } from "../ranges/interruption.ts";
import type { LifecycleRequest } from "../ranges/lifecycle-operations.ts";
import { OperationEvents } from "../ranges/operation-events.ts";
import type { OperationParts } from "../ranges/parts.ts";
import type { RangeRecord } from "../ranges/record.ts";
import { runSteps } from "../ranges/run-steps.ts";
import { StepRunner } from "../ranges/step-runner.ts";
import { diffRange } from "../ranges/update-diff.ts";
import { trafficMeanwhile } from "../ranges/update-meanwhile.ts";
import { updateRange } from "../ranges/update-operation.ts";
import { planImageSearch } from "../ranges/update-plan.ts";

/** Errors: `STATE_CONFLICT` for a frozen range, `INPUT_INVALID` for a snapshot of another blueprint's range. */
export function refuseRestore(
	range: Pick<RangeDetail, "name" | "state"> & { blueprint: { name: string } },
	saved: SavedRange,
): void {
	if (range.state === "paused") {
		throw new HomerangeError("STATE_CONFLICT", `${range.name} is paused, so it cannot be restored.`, {
			remedy: "Resume the range first.",
			place: range.name,
		});
	}
	if (range.blueprint.name === saved.blueprint.name) return;
	throw new HomerangeError(
		"INPUT_INVALID",
		`${range.name} was made from the blueprint ${range.blueprint.name}, and the snapshot is of ${saved.blueprint.name}.`,
		{ remedy: "Deploy the snapshot as a range of its own.", place: range.name },
	);
}

/**
 * Brings a range back to what it was: all its machines are made again from their saved disks, with the networks,
 * routes and addresses of that moment. It is an update to what was saved. So it is recorded in one piece before the
 * range changes, and one that died half-way is continued like any update.
 */
export async function restoreRange(
	parts: OperationParts,
	request: LifecycleRequest,
	{ name, saved }: { name: string; saved: SavedRange },
): Promise<void> {
	const { store, deps } = parts;
	const { range, task, actor } = request;
	const title = `Restore ${range.name} from ${name}`;
	const events = new OperationEvents(deps.events, { range, actor, type: "range.restore", title });
	events.started();
	try {
		const runner = new StepRunner(parts, request);
		// A disk that is not there any more stops it before anything has changed.
		const steps = planImageSearch(saved.blueprint.machines);
		await runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) });
		record(parts, range, saved);
		await store.flush();
	} catch (error) {
		if (isEngineEnding(task.signal)) throw error;
		if (isCancelled(task.signal)) events.cancelled("Nothing was changed.");
		else events.failed(error, "Nothing was changed.");
		throw error;
	}
	// From here on it tells what becomes of it as any update does.
	await updateRange(parts, request, null);
	events.done();
}

/** From here on the range is on its way to what was saved. */
function record({ store }: OperationParts, range: RangeRecord, { blueprint, text, file }: SavedRange): void {
	const sources = new Map<string, Uint8Array>();
	const diff = diffRange({ blueprint: range.blueprint, sources: store.fileSources(range.id) }, { blueprint, sources });
	const flows = range.meanwhile ?? range.blueprint;
	const isAsBefore = range.meanwhile === null && !diff.changesTraffic;
	store.replace(range, {
		blueprint,
		sources,
		text,
		file,
		recreatedMachines: new Set(blueprint.machines.map(({ name }) => name)),
		recreatedNetworks: diff.recreatedNetworks,
		meanwhile: isAsBefore ? null : trafficMeanwhile(flows, blueprint, diff),
	});
}
