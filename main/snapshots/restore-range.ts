import { HomerangeError } from "../../contract/errors.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { SavedRange } from "../ranges/deps.ts";
import type { LifecycleRequest } from "../ranges/lifecycle-operations.ts";
import type { OperationParts } from "../ranges/parts.ts";
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
	{ blueprint, text, file }: SavedRange,
): Promise<void> {
	const { store } = parts;
	const { range, task } = request;
	const runner = new StepRunner(parts, request);
	// A disk that is not there any more stops it before anything has changed.
	const steps = planImageSearch(blueprint.machines);
	await runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) });
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
	await store.flush();
	await updateRange(parts, request, null);
}
