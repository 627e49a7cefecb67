import { Ellipsis } from "lucide-react";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import { IconButton } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import type { TableColumn } from "../components/data-table.tsx";
import { Menu } from "../components/menu.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { machineMarks } from "../components/states.ts";
import { compareAddresses } from "../format/address.ts";
import { strings } from "../strings.ts";
import { ConsoleIcons } from "./console-buttons.tsx";
import { machineEntries } from "./machine-entries.ts";

/** A machine with the range that it is in. */
export interface MachineRow {
	range: RangeDetail;
	machine: Machine;
}

const firstAddress = ({ machine }: MachineRow): string => machine.nics[0]?.ip ?? "";

const name: TableColumn<MachineRow> = {
	id: "name",
	title: strings.machines.columns.name,
	width: "minmax(92px, 1fr)",
	cell: ({ machine }) => <span className="font-medium">{machine.name}</span>,
	sortBy: ({ machine }) => machine.name,
};
const state: TableColumn<MachineRow> = {
	id: "state",
	title: strings.machines.columns.state,
	width: "88px",
	cell: ({ machine }) => <StateMark mark={machineMarks[machine.state]} word={strings.machineStates[machine.state]} />,
	sortBy: ({ machine }) => strings.machineStates[machine.state],
};
const range: TableColumn<MachineRow> = {
	id: "range",
	title: strings.machines.columns.range,
	width: "minmax(92px, 1fr)",
	cell: (row) => <span className="text-muted">{row.range.name}</span>,
	sortBy: (row) => row.range.name,
};
const addresses: TableColumn<MachineRow> = {
	id: "addresses",
	title: strings.machines.columns.addresses,
	width: "minmax(168px, 1.2fr)",
	cell: ({ machine }) => (
		<span className="flex gap-3 pl-1">
			{machine.nics.map((nic) => (
				<CopyText key={`${nic.network} ${nic.ip}`} text={nic.ip} label={nic.network} />
			))}
		</span>
	),
	sortBy: firstAddress,
	compare: (a, b) => compareAddresses(firstAddress(a), firstAddress(b)),
};
const source: TableColumn<MachineRow> = {
	id: "source",
	title: strings.machines.columns.source,
	width: "minmax(92px, 1fr)",
	cell: ({ machine }) => <span className="text-muted">{machine.source.name}</span>,
	sortBy: ({ machine }) => machine.source.name,
};
const reason: TableColumn<MachineRow> = {
	id: "reason",
	title: strings.machines.columns.reason,
	width: "minmax(64px, 2fr)",
	cell: ({ machine }) => (
		<span className="text-sm text-muted" title={machine.reason ?? undefined}>
			{machine.reason}
		</span>
	),
	sortBy: ({ machine }) => machine.reason ?? "",
};
const consoles: TableColumn<MachineRow> = {
	id: "consoles",
	title: strings.machines.columns.consoles,
	width: "64px",
	cell: (row) => (
		<span className="flex items-center gap-1">
			<ConsoleIcons range={row.range} machine={row.machine} />
		</span>
	),
};
const menu: TableColumn<MachineRow> = {
	id: "menu",
	title: "",
	width: "28px",
	cell: (row) => (
		<Menu label={strings.machines.actionsOf(row.machine.name)} entries={machineEntries(row.range, row.machine)}>
			<IconButton isSmall icon={Ellipsis} label={strings.machines.actionsOf(row.machine.name)} />
		</Menu>
	),
};

/** The columns for the machines of all ranges, and of one range. */
export const allMachineColumns: readonly TableColumn<MachineRow>[] = [
	name,
	state,
	range,
	addresses,
	source,
	reason,
	consoles,
	menu,
];
export const rangeMachineColumns: readonly TableColumn<MachineRow>[] = [
	name,
	state,
	addresses,
	source,
	reason,
	consoles,
	menu,
];

export const machineRowId = (row: MachineRow): string => row.machine.id;
export const machineRowName = (row: MachineRow): string => row.machine.name;
