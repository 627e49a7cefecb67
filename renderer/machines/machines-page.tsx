import { CirclePlus, Computer, LayoutGrid, MonitorSmartphone, SearchX, Table } from "lucide-react";
import { useMemo, useState } from "react";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { DataTable } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Segments } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { useEngine } from "../stores/engine.ts";
import { useLayout } from "../stores/layout.ts";
import { useRanges } from "../stores/ranges.ts";
import { useHypervisor, useVms } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { HypervisorNotice } from "../vms/hypervisor-notice.tsx";
import { filterMachines, type MachineFilter, machineRows, noFilter, vmRows } from "./filter-machines.ts";
import { MachineCards } from "./machine-cards.tsx";
import { allMachineColumns } from "./machine-columns.tsx";
import { MachineFilters } from "./machine-filters.tsx";
import { type MachineRow, rowId, rowName } from "./machine-row.ts";

/** The machines of all ranges, and the virtual machines that stand alone. */
export function MachinesPage() {
	const ranges = useRanges((state) => state.list);
	const isLoaded = useRanges((state) => state.isLoaded);
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	const view = useLayout((state) => state.machinesView);
	const vms = useVms((state) => state.list);
	const hypervisor = useHypervisor();
	const [filter, setFilter] = useState<MachineFilter>(noFilter);
	const rows = useMemo(() => [...machineRows(ranges), ...vmRows(vms, ranges)], [ranges, vms]);
	const shown = useMemo(() => filterMachines(rows, filter), [rows, filter]);

	const hasHypervisor = hypervisor?.state === "connected";
	// Who has containers only, and no libvirt, is not told so at every visit.
	const isUnused = hypervisor?.state === "absent" || hypervisor?.state === "off";
	const isAboutVms = !isUnused || rows.length === 0 || filter.provider === "libvirt";
	if (isLoaded && rows.length === 0 && isMissing && !hasHypervisor) return <EnginePage />;
	return (
		<Page
			title={strings.places.machines}
			name={strings.places.machines}
			isFlush
			actions={
				hasHypervisor && (
					<Button icon={Computer} onClick={() => navigateTo(paths.newVm)}>
						{strings.vms.create}
					</Button>
				)
			}
			toolbar={
				rows.length > 0 && (
					<>
						<MachineFilters rows={rows} filter={filter} onChange={setFilter} />
						<span className="ml-auto text-sm text-faint" role="status">
							{strings.common.countOf(shown.length, rows.length)}
						</span>
						<Segments
							label={strings.ranges.view}
							value={view}
							onChange={(machinesView) => useLayout.setState({ machinesView })}
							choices={[
								{ value: "table", title: strings.ranges.table, icon: <Table size={13} aria-hidden="true" /> },
								{ value: "cards", title: strings.ranges.cards, icon: <LayoutGrid size={13} aria-hidden="true" /> },
							]}
						/>
					</>
				)
			}
		>
			<div className="flex h-full flex-col">
				{isAboutVms && <HypervisorNotice status={hypervisor} />}
				<div className="min-h-0 flex-1">
					{isLoaded && rows.length === 0 && <NoMachines hasHypervisor={hasHypervisor} />}
					{rows.length > 0 && shown.length === 0 && (
						<EmptyState icon={SearchX} title={strings.machines.noneFound} body={strings.machines.noneFoundBody}>
							<Button onClick={() => setFilter(noFilter)}>{strings.common.clearFilter}</Button>
						</EmptyState>
					)}
					{shown.length > 0 && view === "cards" && <MachineCards rows={shown} />}
					{shown.length > 0 && view === "table" && (
						<DataTable
							label={strings.places.machines}
							rows={shown}
							columns={allMachineColumns}
							minWidth={1000}
							getId={rowId}
							getName={rowName}
							onOpen={openRow}
						/>
					)}
				</div>
			</div>
		</Page>
	);
}

function openRow(row: MachineRow): void {
	navigateTo(row.kind === "vm" ? paths.vm(row.vm.uuid) : paths.range(row.range.id));
}

function NoMachines({ hasHypervisor }: { hasHypervisor: boolean }) {
	return (
		<EmptyState
			icon={MonitorSmartphone}
			title={strings.machines.none}
			body={hasHypervisor ? strings.vms.hypervisor.noVmsBody : strings.machines.noneBody}
		>
			<Button look="primary" icon={CirclePlus} onClick={() => navigateTo(paths.deploy)}>
				{strings.ranges.deployFirst}
			</Button>
			{hasHypervisor && (
				<Button icon={Computer} onClick={() => navigateTo(paths.newVm)}>
					{strings.vms.create}
				</Button>
			)}
		</EmptyState>
	);
}
