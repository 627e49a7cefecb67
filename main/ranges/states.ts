import type { MachineState, RangeState } from "../../contract/ranges.ts";
import { assertNever } from "./assert-never.ts";

export type RangeWanted = "running" | "stopped" | "paused" | "destroyed";
export type MachineWanted = "running" | "stopped" | "paused";

/** An operation that acts on a whole range. */
export type RangeOperation = "deploy" | "start" | "stop" | "restart" | "pause" | "resume" | "destroy" | "undo";

/** What is known of the range's container. */
export type ContainerState = "absent" | "stopped" | "paused" | "running";

export interface RangeFacts {
	readonly wanted: RangeWanted;
	readonly container: ContainerState;
	/** How a stopped container ended, in words. */
	readonly end?: string | null;
	readonly machines: readonly {
		readonly name: string;
		readonly state: MachineState;
		readonly wanted: MachineWanted;
		readonly reason: string | null;
	}[];
}

export interface DerivedState {
	readonly state: RangeState;
	readonly reason: string | null;
}

/** The state of a range on which no operation acts, from what is true of its parts. */
export function deriveRangeState(facts: RangeFacts): DerivedState {
	switch (facts.container) {
		case "absent":
			return {
				state: "failed",
				reason: "The range's container is gone. Start the range to build it again, or destroy it.",
			};
		case "stopped":
			if (facts.wanted === "stopped") return { state: "stopped", reason: null };
			return {
				state: "failed",
				reason: `The range's container ended${facts.end ? ` (${facts.end})` : ""}. Start the range again, or destroy it.`,
			};
		case "paused":
			return { state: "paused", reason: null };
		case "running": {
			const astray = facts.machines.filter(isAstray);
			if (astray.length === 0) return { state: "running", reason: null };
			const names = astray.slice(0, 3).map((machine) => machine.name);
			const more = astray.length > 3 ? ` and ${astray.length - 3} more` : "";
			const verb = astray.length === 1 ? "is" : "are";
			return { state: "degraded", reason: `${names.join(", ")}${more} ${verb} not as wanted.` };
		}
		default:
			return assertNever(facts.container);
	}
}

/** The state that is shown while an operation acts on the range; null when the state stays what it was. */
export function stateDuring(operation: RangeOperation): RangeState | null {
	switch (operation) {
		case "deploy":
			return "deploying";
		case "start":
			return "starting";
		case "stop":
		case "restart":
			return "stopping";
		case "destroy":
		case "undo":
			return "destroying";
		case "pause":
		case "resume":
			return null;
		default:
			return assertNever(operation);
	}
}

/** The operation that died when the engine ended in this state; null when the state is a settled one. */
export function operationOf(state: RangeState): RangeOperation | null {
	switch (state) {
		case "deploying":
			return "deploy";
		case "starting":
			return "start";
		case "stopping":
			return "stop";
		case "destroying":
			return "destroy";
		case "running":
		case "degraded":
		case "stopped":
		case "paused":
		case "failed":
			return null;
		default:
			return assertNever(state);
	}
}

export const isUp = (state: MachineState): boolean => state === "running" || state === "ready";

function isAstray(machine: RangeFacts["machines"][number]): boolean {
	if (machine.reason !== null) return true;
	switch (machine.wanted) {
		case "running":
			return !isUp(machine.state);
		case "paused":
			return machine.state !== "paused";
		case "stopped":
			return machine.state !== "stopped";
		default:
			return assertNever(machine.wanted);
	}
}
