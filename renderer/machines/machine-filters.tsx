import { useMemo } from "react";
import { type Choice, SearchInput, Segments } from "../components/field.tsx";
import { ToolbarSelect } from "../components/toolbar-select.tsx";
import { strings } from "../strings.ts";
import { type MachineFilter, type PlaceFilter, placeOf, type StateFilter, stateFilters } from "./filter-machines.ts";
import type { MachineRow } from "./machine-row.ts";

const words = strings.vms.machines;

/** Search, state, provider and where a machine belongs. */
export function MachineFilters(props: {
	rows: readonly MachineRow[];
	filter: MachineFilter;
	onChange: (filter: MachineFilter) => void;
}) {
	const { rows, filter, onChange } = props;
	const places = useMemo(() => placeChoices(rows), [rows]);
	return (
		<>
			<SearchInput
				label={strings.machines.search}
				value={filter.text}
				onChange={(text) => onChange({ ...filter, text })}
			/>
			<Segments<StateFilter>
				label={strings.machines.stateFilter}
				value={filter.state}
				onChange={(state) => onChange({ ...filter, state })}
				choices={stateFilters.map((value) => ({ value, title: strings.machines.filters[value] }))}
			/>
			<ToolbarSelect
				label={words.provider}
				value={filter.provider}
				onChange={(provider) => onChange({ ...filter, provider })}
				choices={(["all", "docker", "libvirt"] as const).map((value) => ({ value, title: words.providers[value] }))}
			/>
			<ToolbarSelect
				label={words.range}
				value={filter.place}
				onChange={(place) => onChange({ ...filter, place })}
				choices={places}
			/>
		</>
	);
}

function placeChoices(rows: readonly MachineRow[]): Choice<PlaceFilter>[] {
	const ranges = new Map(
		rows.flatMap((row) => (row.kind === "machine" ? [[placeOf(row), row.range.name] as const] : [])),
	);
	return [
		{ value: "all", title: words.allRanges },
		{ value: "standalone", title: words.standalone },
		{ value: "foreign", title: words.foreign },
		...[...ranges].map(([value, title]) => ({ value, title })),
	];
}
