import { LayoutGrid, SearchX, Table } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { navigateTo } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { CardLines } from "../components/card-lines.tsx";
import { DataTable, type TableColumn } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { type Choice, SearchInput, Segments } from "../components/field.tsx";
import { ToolbarSelect } from "../components/toolbar-select.tsx";
import { useLayout } from "../stores/layout.ts";
import { strings } from "../strings.ts";
import type { LibraryEntry } from "./entries.ts";
import { EntryCard } from "./entry-card.tsx";
import { entryPath } from "./entry-path.ts";
import {
	type EntryFilter,
	type EntryOrder,
	filterChoices,
	filterEntries,
	noFilter,
	sortEntries,
} from "./filter-entries.ts";

const words = strings.library;

interface EntriesPaneProps {
	label: string;
	searchLabel: string;
	entries: readonly LibraryEntry[];
	columns: readonly TableColumn<LibraryEntry>[];
	/** The orders that mean something for these entries. */
	orders: readonly EntryOrder[];
	/** What stands there when there is no entry at all. */
	none: ReactNode;
}

/** One tab of the library: its entries found, filtered and sorted, as a table or as cards. */
export function EntriesPane({ label, searchLabel, entries, columns, orders, none }: EntriesPaneProps) {
	const view = useLayout((state) => state.libraryView);
	const [filter, setFilter] = useState<EntryFilter>(noFilter);
	const [order, setOrder] = useState<EntryOrder>("name");
	const shown = useMemo(() => sortEntries(filterEntries(entries, filter), order), [entries, filter, order]);
	if (entries.length === 0) return none;
	return (
		<div className="flex h-full flex-col">
			<div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-surface px-5 py-2.5">
				<SearchInput
					label={searchLabel}
					value={filter.text}
					onChange={(text) => setFilter((before) => ({ ...before, text }))}
				/>
				<EntryFilters entries={entries} filter={filter} onChange={setFilter} />
				<span className="ml-auto text-sm text-faint" role="status">
					{strings.common.countOf(shown.length, entries.length)}
				</span>
				{view === "cards" && (
					<ToolbarSelect
						label={words.order}
						value={order}
						onChange={setOrder}
						choices={orders.map((value) => ({ value, title: words.orders[value] }))}
					/>
				)}
				<Segments
					label={words.view}
					value={view}
					onChange={(libraryView) => useLayout.setState({ libraryView })}
					choices={[
						{ value: "table", title: strings.ranges.table, icon: <Table size={13} aria-hidden="true" /> },
						{ value: "cards", title: strings.ranges.cards, icon: <LayoutGrid size={13} aria-hidden="true" /> },
					]}
				/>
			</div>
			<div className="min-h-0 flex-1">
				{shown.length === 0 && (
					<EmptyState icon={SearchX} title={words.noneFound} body={words.noneFoundBody}>
						<Button onClick={() => setFilter(noFilter)}>{strings.common.clearFilter}</Button>
					</EmptyState>
				)}
				{shown.length > 0 && view === "table" && (
					<DataTable
						label={label}
						rows={shown}
						columns={columns}
						minWidth={800}
						getId={idOf}
						getName={nameOf}
						onOpen={(entry) => navigateTo(entryPath(entry))}
					/>
				)}
				{shown.length > 0 && view === "cards" && <EntryCards label={label} entries={shown} />}
			</div>
		</div>
	);
}

const idOf = (entry: LibraryEntry): string => entry.id;
const nameOf = (entry: LibraryEntry): string => entry.name;

function EntryCards({ label, entries }: { label: string; entries: readonly LibraryEntry[] }) {
	const groups = useMemo(() => [{ id: "all", heading: null, items: entries }], [entries]);
	return <CardLines label={label} groups={groups} getKey={idOf} renderCard={(entry) => <EntryCard entry={entry} />} />;
}

/** By system, kind and tag. */
function EntryFilters(props: {
	entries: readonly LibraryEntry[];
	filter: EntryFilter;
	onChange: (filter: EntryFilter) => void;
}) {
	const { entries, filter, onChange } = props;
	const { os, kinds, tags } = useMemo(() => filterChoices(entries), [entries]);
	const any = <T extends string>(value: T, title: string): Choice<T> => ({ value, title });
	return (
		<>
			<ToolbarSelect
				label={words.os}
				value={filter.os}
				onChange={(value) => onChange({ ...filter, os: value })}
				choices={[any("all", words.anyOs), ...os.map((value) => ({ value, title: words.osFamilies[value] }))]}
			/>
			<ToolbarSelect
				label={words.kind}
				value={filter.kind}
				onChange={(value) => onChange({ ...filter, kind: value })}
				choices={[any("all", words.anyKind), ...kinds.map((value) => ({ value, title: words.kinds[value] }))]}
			/>
			<ToolbarSelect
				label={words.tag}
				value={filter.tag}
				onChange={(value) => onChange({ ...filter, tag: value })}
				choices={[any("", words.anyTag), ...tags.map((value) => ({ value, title: value }))]}
			/>
		</>
	);
}
