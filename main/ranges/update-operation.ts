import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { RangeChange } from "../../contract/range-update.ts";
import { hasLimits } from "../dind/limit-dind.ts";
import type { RangeConnection } from "./connections.ts";
import { isCancelled, isEngineEnding } from "./interruption.ts";
import { type LifecycleRequest, settleAfter } from "./lifecycle-operations.ts";
import { OperationEvents } from "./operation-events.ts";
import type { OperationParts } from "./parts.ts";
import { planStart } from "./planner.ts";
import type { RangeRecord } from "./record.ts";
import { runSteps } from "./run-steps.ts";
import { StepRunner } from "./step-runner.ts";
import type { ReplacedContent } from "./store.ts";
import { containerFacts } from "./truth.ts";
import { lookForUpdate } from "./update-look.ts";
import { pendingMachines, planImageSearch, planUpdate } from "./update-plan.ts";
import { UpdateSteps, wantedLimits } from "./update-steps.ts";

const settleLimitMs = 60_000;

export interface WantedUpdate {
	readonly content: ReplacedContent;
	readonly changes: readonly RangeChange[];
}

/**
 * Makes a range what a changed blueprint says, and leaves alone what is so already.
 * `wanted` is null to go on with an update that died half-way. The record changes in
 * one piece before the range does, so that whatever happens then, the next update or
 * continue knows where it was going.
 */
export async function updateRange(
	parts: OperationParts,
	request: LifecycleRequest,
	wanted: WantedUpdate | null,
): Promise<void> {
	const { deps, store, truth } = parts;
	const { range, task, actor } = request;
	const title = `Update ${range.name}`;
	const events = new OperationEvents(deps.events, { range, actor, type: "range.update", title });
	events.started();
	try {
		const runner = new StepRunner(parts, request);
		const connection = await reach(parts, request, wanted, runner);
		if (wanted !== null) await record(parts, request, wanted, runner);
		await apply(parts, request, connection, runner);
	} catch (error) {
		if (isEngineEnding(task.signal)) throw error;
		await settleUnfinished(parts, request, error);
		if (isCancelled(task.signal)) events.cancelled(range.interrupted === null ? "Nothing was changed." : unfinished);
		else events.failed(error, range.interrupted === null ? "Nothing was changed." : unfinished);
		throw error;
	}
	store.clearJournal(range.id);
	store.update(range, { interrupted: null, wanted: "running" });
	await truth.settle(range, AbortSignal.timeout(settleLimitMs));
	events.done();
}

const unfinished = "The range is as far as it came: continue the update, or destroy the range.";

/** A range that is to be updated runs; one whose update died is brought up for it. */
async function reach(
	parts: OperationParts,
	{ range, task }: LifecycleRequest,
	wanted: WantedUpdate | null,
	runner: StepRunner,
): Promise<RangeConnection> {
	const { state } = await containerFacts(parts.deps.host.current(), range, task.signal);
	if (state === "running") return await parts.truth.connect(range, task.signal);
	if (wanted !== null) throw notRunning(range, state);
	const steps = planStart(range.blueprint, new Set());
	await runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) });
	return await parts.truth.connect(range, task.signal);
}

const onTheWay: ReadonlySet<string> = new Set(["deploying", "starting", "stopping", "destroying"]);

export function notRunning(range: RangeRecord, state: string): HomerangeError {
	if (onTheWay.has(state)) {
		return new HomerangeError("RANGE_BUSY", `${range.name} is ${state}, so it cannot be updated now.`, {
			remedy: "Wait for that to end.",
			place: range.name,
		});
	}
	return new HomerangeError("STATE_CONFLICT", `${range.name} is ${state}, so it cannot be updated.`, {
		remedy: state === "paused" ? "Resume the range first." : "Start the range first.",
		place: range.name,
	});
}

/** From here on the range is on its way to the new blueprint. An image that cannot be had stops it before. */
async function record(
	parts: OperationParts,
	{ range, task, actor }: LifecycleRequest,
	{ content, changes }: WantedUpdate,
	runner: StepRunner,
): Promise<void> {
	const { deps, store } = parts;
	const present = new Set(range.machines.map(({ spec }) => spec.name));
	const made = content.blueprint.machines.filter(
		({ name }) => !present.has(name) || content.recreatedMachines.has(name),
	);
	const steps = planImageSearch(made);
	await runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) });
	store.replace(range, content);
	await store.flush();
	if (changes.length === 0) return;
	deps.events.record({
		severity: "info",
		type: "range.update.changes",
		actor,
		subject: { range: range.name, rangeId: range.id },
		message: `${range.name} changes: ${changes.length} difference(s) from what it was.`,
		detail: changes
			.map(({ message }) => message)
			.join("\n")
			.slice(0, 4000),
	});
}

async function apply(
	parts: OperationParts,
	{ range, task }: LifecycleRequest,
	connection: RangeConnection,
	runner: StepRunner,
): Promise<void> {
	const { signal } = task;
	const [found, isLimited] = await Promise.all([
		lookForUpdate(range, connection, signal),
		hasLimits(connection.host, connection.dind, wantedLimits(parts, range), signal),
	]);
	// Whoever removed a machine's container: it is made again.
	for (const machine of range.machines) {
		if (found.gone.has(machine.spec.name)) parts.store.updateMachine(range, machine, { engineId: null });
	}
	// An update may have died before it sent the images.
	const search = planImageSearch(pendingMachines(range).map(({ spec }) => spec));
	await runSteps(parts, { range, task, steps: search, run: (step, signal) => runner.run(step, signal) });
	const existing = range.machines.filter((machine) => machine.engineId !== null);
	await parts.states.seeAll(range, connection.provider, signal, existing);
	const steps = planUpdate({ range, ...found, changesLimits: !isLimited });
	const work = new UpdateSteps(parts, range, connection, runner);
	await runSteps(parts, { range, task, steps, run: (step, signal) => work.run(step, signal) });
}

async function settleUnfinished(
	parts: OperationParts,
	{ range, task }: LifecycleRequest,
	cause: unknown,
): Promise<void> {
	await settleAfter(parts, range, cause);
	if (range.interrupted !== "update") return;
	const why = isCancelled(task.signal)
		? "Its update was cancelled half-way."
		: `Its update failed: ${toErrorInfo(cause).message}`;
	parts.store.update(range, { reason: `${why} Continue it, or destroy the range.` });
}
