import { HomerangeError } from "../../contract/errors.ts";
import type { UpdateSource } from "../../contract/range-update.ts";
import { prepareAddedMachine } from "./added-machine.ts";
import type { RangesDeps } from "./deps.ts";
import { type PreparedDeploy, prepareDeploy } from "./preview.ts";
import type { RangeRecord } from "./record.ts";
import type { RangeStore } from "./store.ts";
import { diffRange } from "./update-diff.ts";
import { trafficMeanwhile } from "./update-meanwhile.ts";
import { notRunning, type WantedUpdate } from "./update-operation.ts";

/**
 * Reads what an update needs. Errors: `BLUEPRINT_INVALID`, `INPUT_INVALID` also for another blueprint's name, `NAME_TAKEN`
 * for a machine that is there.
 */
export async function prepareUpdate(
	{ deps, store }: { readonly deps: RangesDeps; readonly store: RangeStore },
	range: RangeRecord,
	source: UpdateSource,
): Promise<PreparedDeploy> {
	if (source.kind === "added-machine") return prepareAddedMachine(deps.library, store, range, source.machine);
	const profile = range.profile === null ? {} : { profile: range.profile };
	const request = { source, copies: 1, name: range.name, ...profile };
	const prepared = await prepareDeploy(deps, request, range.blueprint.machines);
	const { name } = prepared.blueprint;
	if (name === range.blueprint.name) return prepared;
	throw new HomerangeError(
		"INPUT_INVALID",
		`${range.name} was made from the blueprint ${range.blueprint.name}, and this is ${name}.`,
		{ remedy: "Deploy it as a range of its own, or give both the same name.", place: prepared.file },
	);
}

/** What the update changes in the range as it is at this moment. Errors: `STATE_CONFLICT` when it cannot be updated now. */
export function wantedUpdate(store: RangeStore, range: RangeRecord, prepared: PreparedDeploy): WantedUpdate {
	refuseUnlessUpdatable(range);
	const { blueprint, sources, text, file } = prepared;
	const present = { blueprint: range.blueprint, sources: store.fileSources(range.id) };
	const diff = diffRange(present, { blueprint, sources });
	const { recreatedMachines, recreatedNetworks, changes } = diff;
	// After an update that died, what flows is still less than the record says.
	const flows = range.meanwhile ?? range.blueprint;
	const isAsBefore = range.meanwhile === null && !diff.changesTraffic;
	const meanwhile = isAsBefore ? null : trafficMeanwhile(flows, blueprint, diff);
	return { changes, content: { blueprint, sources, text, file, recreatedMachines, recreatedNetworks, meanwhile } };
}

/** Errors: `STATE_CONFLICT` when the update throws disks away and nobody said that it may. */
export function refuseLoss(range: RangeRecord, { changes }: WantedUpdate): void {
	const lost = changes.filter(({ losesData }) => losesData);
	if (lost.length === 0) return;
	const names = lost.map(({ name }) => name).join(", ");
	throw new HomerangeError("STATE_CONFLICT", `This update throws away the disks of ${names}.`, {
		remedy: "Give --yes, or agree to it in the app.",
		place: range.name,
		detail: lost.map(({ message }) => message).join("\n"),
	});
}

function refuseUnlessUpdatable(range: RangeRecord): void {
	if (range.interrupted === "update") return;
	if (range.interrupted !== null) {
		throw new HomerangeError("STATE_CONFLICT", `The ${range.interrupted} of ${range.name} did not reach its end.`, {
			remedy: "Continue that first, or destroy the range.",
			place: range.name,
		});
	}
	if (range.state !== "running" && range.state !== "degraded") throw notRunning(range, range.state);
}
