import { HomerangeError } from "../../contract/errors.ts";
import type { LifecycleRequest } from "./lifecycle-operations.ts";
import { OperationEvents } from "./operation-events.ts";
import type { OperationParts } from "./parts.ts";
import type { RangeStep } from "./planner.ts";
import type { RangeRecord } from "./record.ts";
import { runSteps } from "./run-steps.ts";
import { StepRunner } from "./step-runner.ts";
import { containerFacts } from "./truth.ts";

export interface InternetSwitch {
	readonly network: string;
	readonly internet: boolean;
}

const wall: RangeStep = { id: "wall", title: "Adapt the wall outside the range", after: [], kind: "wall" };
const filter: RangeStep = { id: "filter", title: "Apply the filter rules", after: [], kind: "filter" };

/** Errors: `NETWORK_NOT_FOUND`, `INPUT_INVALID` for an isolated network, `STATE_CONFLICT` in a frozen range. */
export function refuseInternetSwitch(range: RangeRecord, { network, internet }: InternetSwitch): void {
	const { networks } = range.blueprint;
	const found = networks.find(({ name }) => name === network);
	if (found === undefined) {
		throw new HomerangeError("NETWORK_NOT_FOUND", `${range.name} has no network ${network}.`, {
			remedy: `Its networks are ${networks.map(({ name }) => name).join(", ")}.`,
			place: range.name,
		});
	}
	if (found.isolated && internet) {
		throw new HomerangeError("INPUT_INVALID", `${network} is isolated, so it can have no internet.`, {
			remedy: "Take isolated out of the blueprint and update the range, or use another network.",
			place: `${network} of ${range.name}`,
		});
	}
	if (range.interrupted === "update") {
		throw new HomerangeError("STATE_CONFLICT", `The update of ${range.name} did not reach its end.`, {
			remedy: "Continue it first, or destroy the range.",
			place: range.name,
		});
	}
	if (range.state === "paused") {
		throw new HomerangeError("STATE_CONFLICT", `${range.name} is paused, so its networks cannot be changed.`, {
			remedy: "Resume the range first.",
			place: range.name,
		});
	}
}

/**
 * Switches a network's way to the internet, live: what is taken away ends flows that are under way. It is recorded
 * first, so that whatever happens next puts the same in force. A range that does not run has it from its next start.
 */
export async function setInternet(
	parts: OperationParts,
	{ range, task, actor }: LifecycleRequest,
	change: InternetSwitch,
): Promise<void> {
	const { deps, store, truth } = parts;
	const { network, internet } = change;
	const title = `Switch the internet of ${network} in ${range.name} ${internet ? "on" : "off"}`;
	const events = new OperationEvents(deps.events, { range, actor, type: "network.internet", title });
	const before = range.blueprint.networks.find(({ name }) => name === network)?.internet ?? false;
	events.started();
	store.setInternet(range, network, internet);
	try {
		const { state } = await containerFacts(deps.host.current(), range, task.signal);
		if (state === "running") {
			await truth.connect(range, task.signal);
			const runner = new StepRunner(parts, { range, task });
			// The way that closes first is the inner one, the way that opens last is the inner one.
			const steps = internet ? [wall, { ...filter, after: [wall.id] }] : [filter, { ...wall, after: [filter.id] }];
			await runSteps(parts, { range, task, steps, run: (step, signal) => runner.run(step, signal) });
		} else {
			task.plan([filter]);
			task.skip(filter.id, "the range does not run: it has this from its next start");
		}
	} catch (error) {
		// Closed stays closed, whatever came after it; what could not be opened is not said to be open.
		if (internet && !before) store.setInternet(range, network, false);
		events.failed(error);
		throw error;
	}
	store.clearJournal(range.id);
	events.done();
}
