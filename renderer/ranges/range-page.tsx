import { SearchX } from "lucide-react";
import { useMemo } from "react";
import { useParams } from "react-router";
import type { RangeDetail } from "../../contract/ranges.ts";
import { actionIcons, headerActions, type RangeActionId, rangeActions, runOnRanges } from "../actions/range-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { DataTable } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Page } from "../components/page.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { TabbedPanes } from "../components/tabs.tsx";
import { EventsTable } from "../events/events-table.tsx";
import { machineRows } from "../machines/filter-machines.ts";
import { rangeMachineColumns } from "../machines/machine-columns.tsx";
import { rowId, rowName } from "../machines/machine-row.ts";
import { NetworkTestPane } from "../network-test/network-test-pane.tsx";
import { filterEvents, useEvents } from "../stores/events.ts";
import { useRange, useRanges } from "../stores/ranges.ts";
import { useTasks } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { TaskPanel } from "../tasks/task-panel.tsx";
import { RangeUsageBar } from "../usage/range-usage.tsx";
import { RangeDetails } from "./range-details.tsx";
import { RangeMenu } from "./range-menu.tsx";
import { RangeOverview } from "./range-overview.tsx";
import { machinesUp, rangeMark, rangeWord } from "./range-word.ts";

/** One range: its state and actions, then its networks and machines, its events, its details. */
export function RangePage() {
	const { id = "", tab = "overview" } = useParams();
	const range = useRange(id);
	const isLoaded = useRanges((state) => state.isLoaded);
	if (range === null) return isLoaded ? <RangeGone id={id} /> : null;
	const summary = summaryOf(range);
	return (
		<Page
			name={range.name}
			title={
				<>
					<span className="selectable truncate">{range.name}</span>
					<StateMark mark={rangeMark(range)} word={rangeWord(range)} isTinted />
				</>
			}
			lead={
				<span className="truncate text-sm text-muted" title={summary}>
					{summary}
				</span>
			}
			actions={<RangeButtons range={range} />}
			isFlush
		>
			<RangeTabs range={range} tab={tab} />
		</Page>
	);
}

/** What it is a range of, and what it holds. */
function summaryOf(range: RangeDetail): string {
	const { blueprint, networks, machines } = range;
	const vms = machines.filter(({ provider }) => provider === "libvirt").length;
	const counts = strings.ranges.counts(networks.length, machinesUp(range), machines.length);
	const kinds = vms === 0 ? "" : `, ${strings.vms.counts(machines.length - vms, vms)}`;
	return `${blueprint.title ?? blueprint.name} · ${counts}${kinds}`;
}

function RangeButtons({ range }: { range: RangeDetail }) {
	const all = rangeActions(range);
	const shown = headerActions(all);
	return (
		<>
			{shown.map((action) => (
				<Button
					key={action}
					icon={actionIcons[action]}
					look={buttonLook(action)}
					onClick={() => void runOnRanges(action, [range])}
				>
					{strings.actions[action]}
				</Button>
			))}
			{shown.length < all.length && <RangeMenu range={range} beside={shown} />}
		</>
	);
}

function buttonLook(action: RangeActionId): "primary" | "caution" | "plain" {
	if (action === "destroy") return "caution";
	return action === "start" || action === "retry" || action === "resume" || action === "continueInterrupted"
		? "primary"
		: "plain";
}

function RangeTabs({ range, tab }: { range: RangeDetail; tab: string }) {
	const allEvents = useEvents((state) => state.list);
	const events = useMemo(
		() => filterEvents(allEvents, { severity: "info", range: range.id, text: "" }),
		[allEvents, range.id],
	);
	const rows = useMemo(() => machineRows([range]), [range]);
	return (
		<TabbedPanes
			label={strings.ranges.tabsOf(range.name)}
			value={tab}
			onChange={(next) => navigateTo(paths.range(range.id, next))}
			aside={<RangeUsageBar range={range} />}
			panes={[
				{ id: "overview", title: strings.ranges.tabs.overview, content: <RangeOverview range={range} /> },
				{
					id: "machines",
					title: strings.ranges.tabs.machines,
					count: range.machines.length,
					content: (
						<DataTable
							label={strings.ranges.tabs.machines}
							rows={rows}
							columns={rangeMachineColumns}
							minWidth={880}
							getId={rowId}
							getName={rowName}
						/>
					),
				},
				{
					id: "events",
					title: strings.ranges.tabs.events,
					content: <EventsTable events={events} isFollowing />,
				},
				{ id: "test", title: strings.ranges.tabs.test, content: <NetworkTestPane range={range} /> },
				{ id: "details", title: strings.ranges.tabs.details, content: <RangeDetails range={range} /> },
			]}
		/>
	);
}

/** A range that is not there: destroyed, or undone after a failed deploy. Its last task tells which. */
function RangeGone({ id }: { id: string }) {
	const task = useTasks((state) => state.list.find((one) => one.rangeId === id || one.rangeName === id) ?? null);
	return (
		<Page title={strings.ranges.gone} name={strings.ranges.gone}>
			{task === null ? (
				<EmptyState icon={SearchX} title={strings.ranges.gone} body={strings.ranges.goneBody}>
					<Button onClick={() => navigateTo(paths.ranges)}>{strings.ranges.backToRanges}</Button>
				</EmptyState>
			) : (
				<div className="grid max-w-220 gap-4">
					<p className="text-muted">{strings.ranges.goneAfter}</p>
					<TaskPanel task={task} />
					<div>
						<Button onClick={() => navigateTo(paths.ranges)}>{strings.ranges.backToRanges}</Button>
					</div>
				</div>
			)}
		</Page>
	);
}
