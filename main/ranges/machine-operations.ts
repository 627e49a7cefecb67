import { HomerangeError } from "../../contract/errors.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { isEngineEnding } from "./interruption.ts";
import { OperationEvents } from "./operation-events.ts";
import type { OperationParts } from "./parts.ts";
import { planMachineStart, planMachineStop, type RangeStep } from "./planner.ts";
import type { MachineRecord, RangeRecord } from "./record.ts";
import { runSteps } from "./run-steps.ts";
import { isUp } from "./states.ts";
import { StepRunner } from "./step-runner.ts";
import { containerFacts } from "./truth.ts";

export type MachineOperation = "start" | "stop" | "restart" | "pause" | "resume";

const settleLimitMs = 60_000;

/** One operation on one machine of a range that runs; the others, and what it is linked to, are not touched. */
export async function operateMachine(
	parts: OperationParts,
	o: { range: RangeRecord; machine: MachineRecord; operation: MachineOperation; task: TaskRun; actor: string },
): Promise<void> {
	const { range, machine, operation, task, actor } = o;
	const { deps, truth, store } = parts;
	const { name } = machine.spec;
	const verb = operation[0]?.toUpperCase() + operation.slice(1);
	const title = `${verb} ${name} of ${range.name}`;
	const events = new OperationEvents(deps.events, { range, actor, type: `machine.${operation}`, title, machine: name });
	const facts = await containerFacts(deps.host.current(), range, task.signal);
	if (facts.state !== "running") {
		throw new HomerangeError("STATE_CONFLICT", `${range.name} does not run, so nothing in it can.`, {
			remedy: facts.state === "paused" ? "Resume the range first." : "Start the range first.",
			place: range.name,
		});
	}
	events.started();
	try {
		await truth.connect(range, task.signal);
		await work(parts, o);
	} catch (error) {
		if (!isEngineEnding(task.signal)) {
			await truth.settle(range, AbortSignal.timeout(settleLimitMs));
			if (task.signal.aborted) events.cancelled("The machine is as far as it came.");
			else events.failed(error);
		}
		throw error;
	}
	store.clearJournal(range.id);
	await truth.settle(range, AbortSignal.timeout(settleLimitMs));
	events.done();
}

async function work(
	parts: OperationParts,
	{ range, machine, operation, task }: Parameters<typeof operateMachine>[1],
): Promise<void> {
	const { store } = parts;
	const { name } = machine.spec;
	const runner = new StepRunner(parts, { range, task });
	const run = (steps: RangeStep[]) =>
		runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) });
	const only = new Set([name]);
	switch (operation) {
		case "start":
			store.updateMachine(range, machine, { wanted: "running" });
			if (isUp(machine.state) && machine.reason === null) return;
			await run(planMachineStart(range.blueprint, only));
			return;
		case "stop":
			store.updateMachine(range, machine, { wanted: "stopped" });
			await run(planMachineStop(range.blueprint, only));
			return;
		case "restart":
			store.updateMachine(range, machine, { wanted: "running" });
			await run(planMachineStop(range.blueprint, only));
			await run(planMachineStart(range.blueprint, only));
			return;
		case "pause":
		case "resume":
			await freeze(parts, range, machine, operation, task);
	}
}

async function freeze(
	parts: OperationParts,
	range: RangeRecord,
	machine: MachineRecord,
	operation: "pause" | "resume",
	task: TaskRun,
): Promise<void> {
	const { store, connections, states } = parts;
	const { provider } = connections.find(range.id) ?? {};
	const { name } = machine.spec;
	if (provider === undefined || machine.engineId === null) return;
	if (operation === "pause" && !isUp(machine.state) && machine.state !== "paused") {
		throw new HomerangeError("STATE_CONFLICT", `${name} does not run, so it cannot be paused.`, { place: name });
	}
	const step = { id: `${operation}:${name}`, title: operation === "pause" ? `Freeze ${name}` : `Wake ${name}` };
	task.plan([step]);
	task.start(step.id);
	states.claim(machine);
	try {
		if (operation === "pause") {
			await provider.pause(machine.engineId, task.signal);
			store.updateMachine(range, machine, { wanted: "paused" });
			states.freeze(range, machine);
		} else if (machine.state === "paused") {
			await provider.resume(machine.engineId, task.signal);
			store.updateMachine(range, machine, { wanted: "running" });
			states.runs(range, machine);
		}
	} finally {
		states.release(machine);
	}
	task.done(step.id);
}
