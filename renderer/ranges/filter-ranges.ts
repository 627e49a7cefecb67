import type { RangeDetail, RangeState } from "../../contract/ranges.ts";

/** Groups of states that a person looks for; one list would have nine entries. */
export const rangeFilters = ["all", "running", "attention", "stopped", "busy"] as const;
export type RangeFilter = (typeof rangeFilters)[number];

const groups: Record<RangeState, Exclude<RangeFilter, "all">> = {
	deploying: "busy",
	running: "running",
	degraded: "attention",
	stopping: "busy",
	stopped: "stopped",
	starting: "busy",
	paused: "stopped",
	destroying: "busy",
	failed: "attention",
};

const needsAttention = (range: RangeDetail): boolean =>
	groups[range.state] === "attention" || (range.interrupted !== null && range.taskId === null);

/** The ranges whose name, blueprint, machine or address has the text, in a group of states. */
export function filterRanges(list: readonly RangeDetail[], filter: RangeFilter, text: string): RangeDetail[] {
	const wanted = text.trim().toLowerCase();
	return list.filter((range) => {
		if (filter === "attention" ? !needsAttention(range) : filter !== "all" && groups[range.state] !== filter)
			return false;
		if (wanted === "") return true;
		return (
			range.name.includes(wanted) ||
			range.blueprint.name.includes(wanted) ||
			(range.blueprint.title ?? "").toLowerCase().includes(wanted) ||
			range.machines.some(
				(machine) => machine.name.includes(wanted) || machine.nics.some((nic) => nic.ip.startsWith(wanted)),
			)
		);
	});
}
