import type { ProviderName, RangeDetail } from "../../contract/ranges.ts";
import type { Vm } from "../../contract/vms.ts";
import { type MachineRow, rowAddresses, rowGroup, rowName, rowProvider, rowSource, rowWhere } from "./machine-row.ts";

export const stateFilters = ["all", "up", "failed", "stopped"] as const;
export type StateFilter = (typeof stateFilters)[number];

/** Where a machine belongs: anywhere, nowhere but here, to another tool, or to the range with this id. */
export type PlaceFilter = "all" | "standalone" | "foreign" | `range ${string}`;

export interface MachineFilter {
	readonly text: string;
	readonly state: StateFilter;
	readonly provider: ProviderName | "all";
	readonly place: PlaceFilter;
}

export const noFilter: MachineFilter = { text: "", state: "all", provider: "all", place: "all" };

const known = new WeakMap<object, MachineRow>();

/** The machines of the ranges as rows. A machine that did not change keeps its row, and so its place on the screen is not drawn again. */
export function machineRows(ranges: readonly RangeDetail[]): MachineRow[] {
	return ranges.flatMap((range) =>
		range.machines.map((machine) => {
			const row = known.get(machine);
			if (row?.kind === "machine" && isAlike(row.range, range)) return row;
			const fresh: MachineRow = { kind: "machine", range, machine };
			known.set(machine, fresh);
			return fresh;
		}),
	);
}

/** The virtual machines that stand alone; those of a range that is known are among its machines already. */
export function vmRows(vms: readonly Vm[], ranges: readonly RangeDetail[]): MachineRow[] {
	const ids = new Set(ranges.map(({ id }) => id));
	return vms
		.filter(({ owner }) => owner?.kind !== "range" || !ids.has(owner.rangeId))
		.map((vm) => {
			const row = known.get(vm);
			if (row !== undefined) return row;
			const fresh: MachineRow = { kind: "vm", vm };
			known.set(vm, fresh);
			return fresh;
		});
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

export function placeOf(row: MachineRow): PlaceFilter {
	if (row.kind === "machine") return `range ${row.range.id}`;
	return row.vm.owner === null ? "foreign" : "standalone";
}

export function filterMachines(rows: readonly MachineRow[], filter: MachineFilter): MachineRow[] {
	const wanted = filter.text.trim().toLowerCase();
	return rows.filter((row) => {
		if (filter.state !== "all" && rowGroup(row) !== filter.state) return false;
		if (filter.provider !== "all" && rowProvider(row) !== filter.provider) return false;
		if (filter.place !== "all" && placeOf(row) !== filter.place) return false;
		return wanted === "" || isFound(row, wanted);
	});
}

function isFound(row: MachineRow, wanted: string): boolean {
	return (
		[rowName(row), rowWhere(row), rowSource(row)].some((text) => text.toLowerCase().includes(wanted)) ||
		rowAddresses(row).some(({ ip, label }) => ip.startsWith(wanted) || label === wanted) ||
		(row.kind === "machine" && row.machine.nics.some(({ mac }) => mac.startsWith(wanted)))
	);
}
