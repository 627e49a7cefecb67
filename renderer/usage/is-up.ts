import type { MachineState, RangeState } from "../../contract/ranges.ts";

/** True for a range or a machine that has something to sample. */
export const isUp = (state: RangeState | MachineState): boolean =>
	state === "running" || state === "ready" || state === "degraded";
