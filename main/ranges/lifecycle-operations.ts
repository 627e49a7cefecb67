import { toErrorInfo } from "../../contract/errors.ts";
import { pauseDind, unpauseDind } from "../dind/index.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { deploy } from "./deploy-operation.ts";
import { isEngineEnding } from "./interruption.ts";
import { OperationEvents } from "./operation-events.ts";
import type { OperationParts } from "./parts.ts";
import { planMachineStart, planStart, planStop, type RangeStep } from "./planner.ts";
import type { RangeRecord } from "./record.ts";
import { runSteps } from "./run-steps.ts";
import { isUp, type RangeOperation, stateDuring } from "./states.ts";
import { StepRunner } from "./step-runner.ts";
import { containerFacts } from "./truth.ts";

export interface LifecycleRequest {
	readonly range: RangeRecord;
	readonly task: TaskRun;
	readonly actor: string;
}

const settleLimitMs = 60_000;

/**
 * Brings a range up as it was: container, filter, wall, then machines by their
 * dependencies. What is missing is made again; machines that failed are retried.
 * With `onlyWanted`, machines that were stopped on purpose stay so.
 */
export async function startRange(
	parts: OperationParts,
	request: LifecycleRequest,
	o: { onlyWanted: boolean } = { onlyWanted: false },
): Promise<void> {
	const { range, task, actor } = request;
	const { deps, store } = parts;
	const { state: container } = await containerFacts(deps.host.current(), range, task.signal);
	const isWhole = range.machines.every((machine) => machine.engineId !== null);
	if (container === "absent" || !isWhole) {
		await deploy(parts, { range, task, actor, undo: false });
		return;
	}
	await operate(parts, request, "start", async (run) => {
		store.update(range, { wanted: "running" });
		if (!o.onlyWanted) for (const machine of range.machines) store.updateMachine(range, machine, { wanted: "running" });
		await bringUp(parts, request, container, run);
	});
}

export async function stopRange(parts: OperationParts, request: LifecycleRequest): Promise<void> {
	const { range } = request;
	await operate(parts, request, "stop", async (run) => {
		parts.store.update(range, { wanted: "stopped" });
		await bringDown(parts, request, run);
	});
}

export async function restartRange(parts: OperationParts, request: LifecycleRequest): Promise<void> {
	const { range } = request;
	await operate(parts, request, "restart", async (run) => {
		await bringDown(parts, request, run);
		parts.store.update(range, { state: "starting", wanted: "running" });
		await bringUp(parts, request, "stopped", run);
	});
}

/** Freezes or wakes the whole range at once: its container with everything in it. */
export async function pauseRange(parts: OperationParts, request: LifecycleRequest): Promise<void> {
	await freeze(parts, request, "pause");
}

export async function resumeRange(parts: OperationParts, request: LifecycleRequest): Promise<void> {
	await freeze(parts, request, "resume");
}

type Run = (steps: RangeStep[]) => Promise<void>;

/** The frame of each operation: its state, its events, and at its end, however it ends, the truth. */
async function operate(
	parts: OperationParts,
	{ range, task, actor }: LifecycleRequest,
	operation: RangeOperation,
	work: (run: Run) => Promise<void>,
): Promise<void> {
	const { deps, store, truth } = parts;
	const verb = operation[0]?.toUpperCase() + operation.slice(1);
	const title = `${verb} ${range.name}`;
	const events = new OperationEvents(deps.events, { range, actor, type: `range.${operation}`, title });
	const state = stateDuring(operation);
	// An update that died is not over by a stop or a pause.
	const interrupted = range.interrupted === "update" ? "update" : null;
	store.update(range, { reason: null, interrupted, ...(state === null ? {} : { state }) });
	events.started();
	const runner = new StepRunner(parts, { range, task });
	try {
		await work((steps) => runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) }));
	} catch (error) {
		if (isEngineEnding(task.signal)) throw error;
		await settleAfter(parts, range, error);
		if (task.signal.aborted) events.cancelled("The range is as far as it came.");
		else events.failed(error);
		throw error;
	}
	store.clearJournal(range.id);
	await truth.settle(range, AbortSignal.timeout(settleLimitMs));
	events.done();
}

/** The truth after an operation that failed; when not even that can be found out, the failure is what is said. */
export async function settleAfter(parts: OperationParts, range: RangeRecord, cause: unknown): Promise<void> {
	try {
		await parts.truth.settle(range, AbortSignal.timeout(settleLimitMs));
	} catch (error) {
		parts.deps.log.warn({ error, range: range.name }, "the state after a failed operation could not be found out");
		parts.store.update(range, { state: "failed", reason: toErrorInfo(cause).message });
	}
}

async function bringUp(
	parts: OperationParts,
	{ range, task }: LifecycleRequest,
	container: "stopped" | "paused" | "running",
	run: Run,
): Promise<void> {
	const wanted = range.machines.filter((machine) => machine.wanted === "running");
	if (container === "stopped") {
		const machines = new Set(wanted.map((machine) => machine.spec.name));
		await run(planStart(range.blueprint, machines));
		return;
	}
	const { host } = parts.deps;
	if (container === "paused" && range.dind !== null) await unpauseDind(host.current(), range.dind, task.signal);
	const connection = await parts.truth.connect(range, task.signal);
	await parts.states.seeAll(range, connection.provider, task.signal);
	const missing = wanted.filter((machine) => !isUp(machine.state) || machine.reason !== null);
	await run(planMachineStart(range.blueprint, new Set(missing.map((machine) => machine.spec.name))));
}

/** Machines first, each with its grace, then the container. A dead inner engine does not keep the container up. */
async function bringDown(parts: OperationParts, { range, task }: LifecycleRequest, run: Run): Promise<void> {
	const { deps, truth, connections } = parts;
	const facts = await containerFacts(deps.host.current(), range, task.signal);
	const steps = planStop(range.blueprint);
	const containerOnly = steps.filter((step) => step.kind === "stop-container").map((step) => ({ ...step, after: [] }));
	if (facts.state === "absent" || facts.state === "stopped") return;
	if (facts.state === "paused" && range.dind !== null) {
		await unpauseDind(deps.host.current(), range.dind, task.signal);
	}
	try {
		await truth.connect(range, task.signal);
		await run(steps);
	} catch (error) {
		task.signal.throwIfAborted();
		deps.log.warn({ error, range: range.name }, "the machines could not be stopped one by one");
		connections.close(range.id);
		await run(containerOnly);
	}
}

async function freezeVms(
	parts: OperationParts,
	range: RangeRecord,
	operation: "pause" | "resume",
	signal: AbortSignal,
): Promise<void> {
	const vms = range.machines.filter(({ spec, engineId }) => spec.provider === "libvirt" && engineId !== null);
	if (vms.length === 0) return;
	const { provider } = await parts.truth.connect(range, signal);
	const frozen = vms.filter(({ state, wanted }) =>
		operation === "pause" ? isUp(state) : wanted !== "paused" && state === "paused",
	);
	await Promise.all(frozen.map(({ engineId }) => provider[operation](engineId ?? "", signal)));
}

async function freeze(parts: OperationParts, request: LifecycleRequest, operation: "pause" | "resume"): Promise<void> {
	const { range, task } = request;
	const { deps, store } = parts;
	const step =
		operation === "pause"
			? { id: "pause", title: "Freeze the range's container" }
			: { id: "resume", title: "Wake the range's container" };
	await operate(parts, request, operation, async () => {
		task.plan([step]);
		if (range.dind === null) return;
		task.start(step.id);
		const host = deps.host.current();
		// Those of its VMs first, and last: what they send while the container is frozen would be lost.
		if (operation === "pause") {
			await freezeVms(parts, range, operation, task.signal);
			await pauseDind(host, range.dind, task.signal);
		} else {
			await unpauseDind(host, range.dind, task.signal);
			await freezeVms(parts, range, operation, task.signal);
		}
		store.update(range, { wanted: operation === "pause" ? "paused" : "running" });
		task.done(step.id);
	});
}
