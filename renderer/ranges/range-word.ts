import type { RangeDetail } from "../../contract/ranges.ts";
import { type Mark, rangeMarks } from "../components/states.ts";
import { strings } from "../strings.ts";

type Standing = Pick<RangeDetail, "state" | "interrupted" | "taskId">;

/** True when an operation on the range died half-way and nothing goes on with it. */
export const isInterrupted = (range: Standing): boolean => range.interrupted !== null && range.taskId === null;

/** The mark of a range: an interrupted one is not busy, whatever its state says. */
export function rangeMark(range: Standing): Mark {
	return isInterrupted(range) ? { tone: "warn", shape: "triangle" } : rangeMarks[range.state];
}

export function rangeWord(range: Standing): string {
	return isInterrupted(range) ? strings.ranges.interrupted : strings.rangeStates[range.state];
}

/** How many machines are up, of how many. */
export function machinesUp(range: Pick<RangeDetail, "machines">): number {
	return range.machines.filter((machine) => machine.state === "running" || machine.state === "ready").length;
}
