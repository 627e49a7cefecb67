import { Box, Computer, Ellipsis } from "lucide-react";
import { vmEntries } from "../actions/vm-actions.ts";
import { IconButton } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import type { TableColumn } from "../components/data-table.tsx";
import { Menu } from "../components/menu.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { compareAddresses } from "../format/address.ts";
import { strings } from "../strings.ts";
import { OwnerBadge } from "../vms/owner-badge.tsx";
import { VmConsoleIcons } from "../vms/vm-consoles.tsx";
import { ConsoleIcons } from "./console-buttons.tsx";
import { machineEntries } from "./machine-entries.ts";
import {
	type MachineRow,
	rowAddresses,
	rowName,
	rowProvider,
	rowReason,
	rowSizes,
	rowSource,
	rowState,
	rowWhere,
} from "./machine-row.ts";

const firstAddress = (row: MachineRow): string => rowAddresses(row)[0]?.ip ?? "";

const name: TableColumn<MachineRow> = {
	id: "name",
	title: strings.machines.columns.name,
	width: "minmax(136px, 1.4fr)",
	cell: (row) => (
		<span className="flex items-center gap-2">
			<ProviderIcon row={row} />
			<span className="truncate font-medium" title={rowName(row)}>
				{rowName(row)}
			</span>
		</span>
	),
	sortBy: rowName,
};
const state: TableColumn<MachineRow> = {
	id: "state",
	title: strings.machines.columns.state,
	width: "88px",
	cell: (row) => <StateMark {...rowState(row)} />,
	sortBy: (row) => rowState(row).word,
};
const where: TableColumn<MachineRow> = {
	id: "range",
	title: strings.machines.columns.range,
	width: "minmax(92px, 1fr)",
	cell: (row) =>
		row.kind === "vm" ? <OwnerBadge vm={row.vm} /> : <span className="text-muted">{row.range.name}</span>,
	sortBy: rowWhere,
};
const addresses: TableColumn<MachineRow> = {
	id: "addresses",
	title: strings.machines.columns.addresses,
	width: "minmax(160px, 1.2fr)",
	cell: (row) => (
		<span className="flex gap-3 pl-1">
			{rowAddresses(row).map(({ ip, label }) => (
				<CopyText key={`${label} ${ip}`} text={ip} label={label} />
			))}
		</span>
	),
	sortBy: firstAddress,
	compare: (a, b) => compareAddresses(firstAddress(a), firstAddress(b)),
};
const sizes: TableColumn<MachineRow> = {
	id: "sizes",
	title: strings.vms.machines.resources,
	width: "minmax(168px, 1fr)",
	cell: (row) => <span className="text-sm text-muted">{rowSizes(row)}</span>,
	sortBy: (row) => (row.kind === "vm" ? row.vm.memoryBytes : (row.machine.memoryBytes ?? 0)),
};
const source: TableColumn<MachineRow> = {
	id: "source",
	title: strings.machines.columns.source,
	width: "minmax(92px, 1fr)",
	cell: (row) => <span className="text-muted">{rowSource(row)}</span>,
	sortBy: rowSource,
};
const reason: TableColumn<MachineRow> = {
	id: "reason",
	title: strings.machines.columns.reason,
	width: "minmax(64px, 1fr)",
	cell: (row) => (
		<span className="text-sm text-muted" title={rowReason(row) ?? undefined}>
			{rowReason(row)}
		</span>
	),
	sortBy: (row) => rowReason(row) ?? "",
};
const consoles: TableColumn<MachineRow> = {
	id: "consoles",
	title: strings.machines.columns.consoles,
	width: "64px",
	cell: (row) => (
		<span className="flex items-center gap-1">
			{row.kind === "vm" ? <VmConsoleIcons vm={row.vm} /> : <ConsoleIcons range={row.range} machine={row.machine} />}
		</span>
	),
};
const menu: TableColumn<MachineRow> = {
	id: "menu",
	title: "",
	width: "28px",
	cell: (row) => {
		const entries = row.kind === "vm" ? vmEntries(row.vm) : machineEntries(row.range, row.machine);
		return (
			<Menu label={strings.machines.actionsOf(rowName(row))} entries={entries}>
				<IconButton isSmall icon={Ellipsis} label={strings.machines.actionsOf(rowName(row))} />
			</Menu>
		);
	},
};

/** A container or a virtual machine, for the eye and for readers. */
function ProviderIcon({ row }: { row: MachineRow }) {
	const provider = rowProvider(row);
	const Icon = provider === "docker" ? Box : Computer;
	return (
		<span title={strings.providers[provider]} className="shrink-0 text-faint">
			<Icon size={14} aria-hidden="true" />
			<span className="sr-only">{strings.providers[provider]}</span>
		</span>
	);
}

/** The columns for the machines of all ranges, and of one range. */
export const allMachineColumns: readonly TableColumn<MachineRow>[] = [
	name,
	state,
	where,
	addresses,
	sizes,
	source,
	reason,
	consoles,
	menu,
];
export const rangeMachineColumns: readonly TableColumn<MachineRow>[] = [
	name,
	state,
	addresses,
	sizes,
	source,
	reason,
	consoles,
	menu,
];
