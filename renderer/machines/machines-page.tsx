import { CirclePlus, MonitorSmartphone, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { DataTable } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { SearchInput, Segments } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { useEngine } from "../stores/engine.ts";
import { useRanges } from "../stores/ranges.ts";
import { strings } from "../strings.ts";
import { filterMachines, type MachineFilter, machineFilters, machineRows } from "./filter-machines.ts";
import { allMachineColumns, machineRowId, machineRowName } from "./machine-columns.tsx";

/** The machines of all ranges in one table. */
export function MachinesPage() {
	const ranges = useRanges((state) => state.list);
	const isLoaded = useRanges((state) => state.isLoaded);
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	const [filter, setFilter] = useState<MachineFilter>("all");
	const [text, setText] = useState("");
	const rows = useMemo(() => machineRows(ranges), [ranges]);
	const shown = useMemo(() => filterMachines(rows, filter, text), [rows, filter, text]);

	if (isLoaded && rows.length === 0 && isMissing) return <EnginePage />;
	return (
		<Page
			title={strings.places.machines}
			name={strings.places.machines}
			isFlush
			toolbar={
				rows.length > 0 && (
					<>
						<SearchInput label={strings.machines.search} value={text} onChange={setText} />
						<Segments
							label={strings.machines.stateFilter}
							value={filter}
							onChange={setFilter}
							choices={machineFilters.map((value) => ({ value, title: strings.machines.filters[value] }))}
						/>
						<span className="ml-auto text-sm text-faint" role="status">
							{strings.common.countOf(shown.length, rows.length)}
						</span>
					</>
				)
			}
		>
			{isLoaded && rows.length === 0 && (
				<EmptyState icon={MonitorSmartphone} title={strings.machines.none} body={strings.machines.noneBody}>
					<Button look="primary" icon={CirclePlus} onClick={() => navigateTo(paths.deploy)}>
						{strings.ranges.deployFirst}
					</Button>
				</EmptyState>
			)}
			{rows.length > 0 && shown.length === 0 && (
				<EmptyState icon={SearchX} title={strings.machines.noneFound} body={strings.machines.noneFoundBody}>
					<Button
						onClick={() => {
							setText("");
							setFilter("all");
						}}
					>
						{strings.common.clearFilter}
					</Button>
				</EmptyState>
			)}
			{shown.length > 0 && (
				<DataTable
					label={strings.places.machines}
					rows={shown}
					columns={allMachineColumns}
					minWidth={816}
					getId={machineRowId}
					getName={machineRowName}
					onOpen={(row) => navigateTo(paths.range(row.range.id))}
				/>
			)}
		</Page>
	);
}
