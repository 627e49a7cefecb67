import { type ErrorCode, HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { lastLogLines, removeDind } from "../dind/index.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { afterTurn, DeployPlace, type DeployStep } from "./deploy-place.ts";
import { isCancelled, isEngineEnding } from "./interruption.ts";
import { OperationEvents } from "./operation-events.ts";
import type { OperationParts } from "./parts.ts";
import { planDeploy } from "./planner.ts";
import { hasVms, type RangeRecord } from "./record.ts";
import { runSteps } from "./run-steps.ts";
import { StepRunner } from "./step-runner.ts";
import { containerFacts } from "./truth.ts";

/** Enough for an engine under load to remove one container with its volume and network. */
const removalLimitMs = 180_000;

export interface DeployOptions {
	readonly range: RangeRecord;
	readonly task: TaskRun;
	readonly actor: string;
	readonly profile?: "auto" | "privileged" | "unprivileged" | undefined;
	/** A new range is undone when its deploy fails or is cancelled; one that existed before is kept. */
	readonly undo: boolean;
}

/**
 * Makes a range, or what is missing of it. A failure of the infrastructure or a
 * cancel leaves nothing behind; a machine's own failure leaves a degraded range.
 */
export async function deploy(parts: OperationParts, options: DeployOptions): Promise<void> {
	const { deps, store, truth } = parts;
	const { range, task, actor, profile, undo } = options;
	const title = `Deploy ${range.name}`;
	const events = new OperationEvents(deps.events, { range, actor, type: "range.deploy", title });
	store.update(range, { state: "deploying", reason: null, interrupted: null, wanted: "running" });
	events.started();
	const steps = afterTurn(planDeploy(range.blueprint));
	task.plan(steps.map(({ id, title: stepTitle }) => ({ id, title: stepTitle })));
	try {
		// What is about to be made must be known to the next engine even after a power cut.
		await store.flush();
		const runner = new StepRunner(parts, { range, task, profile });
		const place = new DeployPlace(parts.gate, steps);
		try {
			await runSteps(parts, {
				range,
				task,
				steps,
				run: (step, signal) =>
					step.kind === "turn" ? place.enter(signal) : place.during(step, () => runner.run(step, signal)),
			});
		} finally {
			place.leave();
		}
	} catch (error) {
		if (isEngineEnding(task.signal)) throw error;
		const reason = isCancelled(task.signal) ? error : await explain(parts, range, error);
		if (undo) await undoDeploy(parts, options, steps, events, reason);
		else await keepUnfinished(parts, range, events, reason);
		throw reason;
	}
	store.clearJournal(range.id);
	truth.derive(range, "running");
	events.done();
}

/** Removes everything that a range has on the engine, then the range itself. */
export async function removeRange(parts: OperationParts, range: RangeRecord): Promise<void> {
	parts.connections.close(range.id);
	const limit = AbortSignal.timeout(removalLimitMs);
	// First: their interfaces are in the container's network namespace.
	if (hasVms(range) || parts.deps.vms.isConnected) await parts.deps.vms.remove(range.id, limit);
	await removeDind(parts.deps.host.current(), range.id, limit);
	parts.store.remove(range);
}

async function undoDeploy(
	parts: OperationParts,
	{ range, task }: DeployOptions,
	steps: readonly DeployStep[],
	events: OperationEvents,
	reason: unknown,
): Promise<void> {
	const { store, deps } = parts;
	const finish = () => (isCancelled(task.signal) ? events.cancelled("Nothing of it is left.") : events.failed(reason));
	try {
		store.update(range, { state: "destroying", wanted: "destroyed" });
	} catch (error) {
		// What is removed now makes room on a full disk. Until then the next engine finds a deploy that did not end.
		if (toErrorInfo(error).code !== "DISK_FULL") throw error;
	}
	try {
		await removeRange(parts, range);
		for (const step of steps)
			if (deps.tasks.get(task.id).steps.some((s) => s.id === step.id && s.state === "done")) task.undone(step.id);
		finish();
	} catch (error) {
		const { message } = toErrorInfo(error);
		// `wanted` stays destroyed: the next reconcile finishes this.
		store.update(range, {
			state: "failed",
			reason: `Its deploy failed and could not be undone yet: ${message} It is removed when Docker answers.`,
		});
		events.failed(reason, `It could not be undone yet: ${message}`);
	}
}

async function keepUnfinished(
	parts: OperationParts,
	range: RangeRecord,
	events: OperationEvents,
	reason: unknown,
): Promise<void> {
	parts.store.update(range, {
		state: "failed",
		interrupted: "deploy",
		reason: `The deploy did not end well: ${toErrorInfo(reason).message} Continue it, or destroy the range.`,
	});
	events.failed(reason);
}

/** Errors by which the end of a range's container first shows. */
const canBeItsEnd: ReadonlySet<ErrorCode> = new Set(["ENGINE_UNREACHABLE", "ENGINE_REFUSED", "TIMEOUT", "INTERNAL"]);

/** When the range's container has ended, that is the cause of whatever failed in it. */
async function explain(parts: OperationParts, range: RangeRecord, error: unknown): Promise<unknown> {
	if (range.dind === null || toErrorInfo(error).code === "CANCELLED") return error;
	try {
		const host = parts.deps.host.current();
		const limit = AbortSignal.timeout(10_000);
		// What runs in a container breaks a moment before the host engine notes that it has ended.
		if (canBeItsEnd.has(toErrorInfo(error).code)) await ending(host, range.dind.container);
		const facts = await containerFacts(host, range, limit);
		if (facts.state === "running" || facts.state === "paused") return error;
		const isGone = facts.state === "absent";
		return new HomerangeError(
			"ENGINE_REFUSED",
			isGone ? "The range's container was removed during the operation." : `The range's container ended: ${facts.end}.`,
			{
				place: range.name,
				remedy: "Look at the detail, and at who or what ended it, then try again.",
				detail: isGone ? null : await lastLogLines(host, range.dind.container, limit),
				cause: error,
			},
		);
	} catch {
		// The host engine does not answer either: the first error says so as well as any.
		return error;
	}
}

/** Resolves when the container has ended, or after a moment when it goes on. */
async function ending(host: DockerEngine, container: string): Promise<void> {
	const limit = AbortSignal.timeout(2000);
	try {
		await host.api.getContainer(container).wait({ condition: "not-running", abortSignal: limit });
	} catch (error) {
		if (!limit.aborted && !isNotFound(error)) throw error;
	}
}
