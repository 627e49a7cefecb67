import { ArrowDownToLine, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { type Severity, severity } from "../../contract/events.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { Button, IconButton } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { SearchInput, Segments, SelectInput } from "../components/field.tsx";
import { Page } from "../components/page.tsx";
import { filterEvents, prependEvents, useEvents } from "../stores/events.ts";
import { useRanges } from "../stores/ranges.ts";
import { strings } from "../strings.ts";
import { EventsTable } from "./events-table.tsx";

const pageSize = 500;

/** The audit feed: by severity, range and text; it follows what happens until the person scrolls up. */
export function EventsPage() {
	const { list, isComplete } = useEvents();
	const ranges = useRanges((state) => state.list);
	const [search, setSearch] = useSearchParams();
	const [least, setLeast] = useState<Severity>("info");
	const [text, setText] = useState("");
	const [isFollowing, setFollowing] = useState(true);
	const range = search.get("range") ?? "";
	const shown = useMemo(() => filterEvents(list, { severity: least, range, text }), [list, least, range, text]);
	const isFiltered = least !== "info" || range !== "" || text !== "";

	// A range that was destroyed is still in the feed: it can be chosen by its name.
	const rangeNames = useMemo(() => {
		const names = new Set(list.flatMap((event) => event.subject.range ?? []));
		for (const one of ranges) names.add(one.name);
		if (range !== "") names.add(range);
		return [...names].sort();
	}, [list, ranges, range]);

	return (
		<Page
			title={strings.places.events}
			name={strings.places.events}
			isFlush
			toolbar={
				<>
					<SearchInput label={strings.events.search} value={text} onChange={setText} />
					<Segments
						label={strings.events.severity}
						value={least}
						onChange={setLeast}
						choices={severity.options.map((value) => ({ value, title: strings.events.least[value] }))}
					/>
					<span className="w-44">
						<SelectInput
							aria-label={strings.events.range}
							value={range}
							onChange={(event) => setSearch(event.target.value === "" ? {} : { range: event.target.value })}
							choices={[
								{ value: "", title: strings.events.allRanges },
								...rangeNames.map((name) => ({ value: name, title: name })),
							]}
						/>
					</span>
					<span className="ml-auto text-sm text-faint" role="status">
						{strings.common.countOf(shown.length, list.length)}
					</span>
					<IconButton
						icon={ArrowDownToLine}
						label={strings.events.follow}
						isPressed={isFollowing}
						onClick={() => setFollowing(!isFollowing)}
					/>
				</>
			}
		>
			{shown.length === 0 && isFiltered ? (
				<EmptyState icon={SearchX} title={strings.events.noneFound} body={strings.events.noneFoundBody}>
					<Button
						onClick={() => {
							setText("");
							setLeast("info");
							setSearch({});
						}}
					>
						{strings.common.clearFilter}
					</Button>
				</EmptyState>
			) : (
				<EventsTable
					events={shown}
					isFollowing={isFollowing}
					onFollow={setFollowing}
					top={!isComplete && <OlderEvents />}
				/>
			)}
		</Page>
	);
}

function OlderEvents() {
	const [isBusy, setBusy] = useState(false);
	const load = async (): Promise<void> => {
		const first = useEvents.getState().list[0];
		if (first === undefined) return;
		setBusy(true);
		const older = await perform(() => rpc().events.list({ before: first.id, limit: pageSize }));
		if (older !== null) useEvents.setState((state) => prependEvents(state, older, pageSize));
		setBusy(false);
	};
	return (
		<div className="flex justify-center border-b border-line py-1">
			<Button isSmall look="quiet" isBusy={isBusy} onClick={load}>
				{strings.events.older}
			</Button>
		</div>
	);
}
