import type { MachineState } from "../../contract/ranges.ts";
import type { ObservedMachine } from "../providers/machine-provider.ts";
import { assertNever } from "./assert-never.ts";
import { isUp, type MachineWanted } from "./states.ts";

/** What is said of a machine while its engine does not answer. */
export const silentReason = "Its hypervisor does not answer; this is the last known state.";

export interface RecordedMachine {
	readonly state: MachineState;
	readonly reason: string | null;
	/** What is wanted of it now: nothing runs in a range that is wanted stopped. */
	readonly wanted: MachineWanted;
	readonly engineId: string | null;
}

export type MachineTruth =
	| { readonly kind: "as-recorded" }
	| { readonly kind: "is"; readonly state: MachineState; readonly reason: string | null }
	/** It ended by itself: its end says why. */
	| { readonly kind: "ended" };

/**
 * What a machine is, from what was recorded and what its engine shows. What an
 * operation found out (that it is ready, why it failed) stays as long as the
 * engine does not show otherwise.
 */
export function truthOf(recorded: RecordedMachine, observed: ObservedMachine | null): MachineTruth {
	if (observed === null) {
		if (recorded.state === "failed") return { kind: "as-recorded" };
		const reason = recorded.engineId === null ? "It was not created." : "Its container is gone.";
		return { kind: "is", state: "failed", reason: recorded.reason ?? reason };
	}
	switch (observed.status) {
		case "running":
			if (!isUp(recorded.state)) return { kind: "is", state: "running", reason: null };
			if (recorded.reason !== silentReason) return { kind: "as-recorded" };
			return { kind: "is", state: recorded.state, reason: null };
		case "paused":
			if (recorded.state === "paused" && recorded.reason !== silentReason) return { kind: "as-recorded" };
			return { kind: "is", state: "paused", reason: null };
		case "created":
			if (recorded.state === "stopped" || recorded.state === "failed") return { kind: "as-recorded" };
			return { kind: "is", state: "stopped", reason: recorded.reason ?? "It was not started." };
		case "exited":
		case "dead":
			// Stopped on purpose, or its end was told already.
			if (recorded.state === "stopped" || recorded.state === "failed") return { kind: "as-recorded" };
			if (recorded.wanted === "stopped") return { kind: "is", state: "stopped", reason: null };
			return { kind: "ended" };
		case "unknown":
			if (recorded.state === "stopped" || recorded.state === "failed") return { kind: "as-recorded" };
			return { kind: "is", state: recorded.state, reason: silentReason };
		default:
			return assertNever(observed.status);
	}
}
