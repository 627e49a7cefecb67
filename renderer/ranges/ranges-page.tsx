import { Boxes, CirclePlus, FileUp, LayoutGrid, SearchX, Table } from "lucide-react";
import { useMemo, useState } from "react";
import type { RangeDetail } from "../../contract/ranges.ts";
import { chooseFile } from "../actions/registry.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { CardLines } from "../components/card-lines.tsx";
import { DataTable } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { SearchInput, Segments } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { useEngine } from "../stores/engine.ts";
import { useLayout } from "../stores/layout.ts";
import { useRanges } from "../stores/ranges.ts";
import { strings } from "../strings.ts";
import { filterRanges, type RangeFilter, rangeFilters } from "./filter-ranges.ts";
import { RangeCard } from "./range-card.tsx";
import { rangeColumns } from "./range-columns.tsx";
import { SelectionBar } from "./selection-bar.tsx";

const noSelection: ReadonlySet<string> = new Set();

/** Every range: found by text and state, as a table or as cards, acted on alone or together. */
export function RangesPage() {
	const ranges = useRanges((state) => state.list);
	const isLoaded = useRanges((state) => state.isLoaded);
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	const view = useLayout((state) => state.rangesView);
	const [filter, setFilter] = useState<RangeFilter>("all");
	const [text, setText] = useState("");
	const [taken, setTaken] = useState(noSelection);
	const shown = useMemo(() => filterRanges(ranges, filter, text), [ranges, filter, text]);
	const takenRanges = useMemo(() => shown.filter((range) => taken.has(range.id)), [shown, taken]);
	const clear = (): void => {
		setText("");
		setFilter("all");
	};

	if (isLoaded && ranges.length === 0 && isMissing) return <EnginePage />;
	return (
		<Page
			title={strings.places.ranges}
			name={strings.places.ranges}
			isFlush
			actions={
				<Button look="primary" icon={CirclePlus} onClick={() => navigateTo(paths.deploy)}>
					{strings.deploy.title}
				</Button>
			}
			toolbar={
				ranges.length > 0 && (
					<>
						<SearchInput label={strings.ranges.search} value={text} onChange={setText} />
						<Segments
							label={strings.ranges.stateFilter}
							value={filter}
							onChange={setFilter}
							choices={rangeFilters.map((value) => ({ value, title: strings.ranges.filters[value] }))}
						/>
						<span className="ml-auto text-sm text-faint" role="status">
							{strings.common.countOf(shown.length, ranges.length)}
						</span>
						<Segments
							label={strings.ranges.view}
							value={view}
							onChange={(rangesView) => useLayout.setState({ rangesView })}
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
				{takenRanges.length > 0 && <SelectionBar ranges={takenRanges} onClear={() => setTaken(noSelection)} />}
				<div className="min-h-0 flex-1">
					{isLoaded && ranges.length === 0 && <NoRanges />}
					{ranges.length > 0 && shown.length === 0 && (
						<EmptyState icon={SearchX} title={strings.ranges.noneFound} body={strings.ranges.noneFoundBody}>
							<Button onClick={clear}>{strings.common.clearFilter}</Button>
						</EmptyState>
					)}
					{shown.length > 0 && view === "table" && (
						<DataTable
							label={strings.places.ranges}
							rows={shown}
							columns={rangeColumns}
							minWidth={760}
							getId={idOf}
							getName={nameOf}
							selected={taken}
							onSelect={setTaken}
							onOpen={(range) => navigateTo(paths.range(range.id))}
						/>
					)}
					{shown.length > 0 && view === "cards" && <RangeCards ranges={shown} taken={taken} onSelect={setTaken} />}
				</div>
			</div>
		</Page>
	);
}

const idOf = (range: RangeDetail): string => range.id;
const nameOf = (range: RangeDetail): string => range.name;

function RangeCards(props: {
	ranges: readonly RangeDetail[];
	taken: ReadonlySet<string>;
	onSelect: (taken: ReadonlySet<string>) => void;
}) {
	const { ranges, taken, onSelect } = props;
	const groups = useMemo(() => [{ id: "all", heading: null, items: ranges }], [ranges]);
	return (
		<CardLines
			label={strings.places.ranges}
			groups={groups}
			getKey={idOf}
			renderCard={(range) => (
				<RangeCard
					range={range}
					isTaken={taken.has(range.id)}
					onToggle={() => {
						const next = new Set(taken);
						if (!next.delete(range.id)) next.add(range.id);
						onSelect(next);
					}}
				/>
			)}
		/>
	);
}

function NoRanges() {
	return (
		<EmptyState icon={Boxes} title={strings.ranges.none} body={strings.ranges.noneBody}>
			<Button look="primary" icon={CirclePlus} onClick={() => navigateTo(paths.deploy)}>
				{strings.ranges.deployFirst}
			</Button>
			<Button icon={FileUp} onClick={() => void chooseFile()}>
				{strings.deploy.openFile}
			</Button>
		</EmptyState>
	);
}
