import type { MachineState, RangeDetail } from "../../contract/ranges.ts";
import type { MachineRow } from "./machine-columns.tsx";

export const machineFilters = ["all", "up", "failed", "stopped"] as const;
export type MachineFilter = (typeof machineFilters)[number];

const groups: Record<MachineState, MachineFilter | null> = {
	creating: null,
	starting: null,
	running: "up",
	ready: "up",
	paused: "stopped",
	stopping: null,
	stopped: "stopped",
	failed: "failed",
};

const known = new WeakMap<object, MachineRow>();

/** The machines of the ranges as rows. A machine that did not change keeps its row, and so its place on the screen is not drawn again. */
export function machineRows(ranges: readonly RangeDetail[]): MachineRow[] {
	return ranges.flatMap((range) =>
		range.machines.map((machine) => {
			const row = known.get(machine);
			if (row !== undefined && isAlike(row.range, range)) return row;
			const fresh: MachineRow = { range, machine };
			known.set(machine, fresh);
			return fresh;
		}),
	);
}

/** Equal in all that a machine's row uses of its range. */
function isAlike(a: RangeDetail, b: RangeDetail): boolean {
	return (
		a.id === b.id &&
		a.name === b.name &&
		a.state === b.state &&
		a.taskId === b.taskId &&
		a.interrupted === b.interrupted
	);
}

export function filterMachines(rows: readonly MachineRow[], filter: MachineFilter, text: string): MachineRow[] {
	const wanted = text.trim().toLowerCase();
	return rows.filter(({ range, machine }) => {
		if (filter !== "all" && groups[machine.state] !== filter) return false;
		return (
			wanted === "" ||
			machine.name.includes(wanted) ||
			range.name.includes(wanted) ||
			machine.source.name.toLowerCase().includes(wanted) ||
			machine.nics.some((nic) => nic.ip.startsWith(wanted) || nic.mac.startsWith(wanted) || nic.network === wanted)
		);
	});
}
