import { NavLink } from "react-router";
import type { CommandId } from "../../contract/commands.ts";
import { commandIcon } from "../actions/registry.ts";
import { classes } from "../format/join.ts";
import { vmRows } from "../machines/filter-machines.ts";
import { useRanges } from "../stores/ranges.ts";
import { useVms } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { paths } from "./navigation.ts";

interface Place {
	command: CommandId;
	path: string;
	title: string;
	shortcut: string;
}

const places: readonly Place[] = [
	{ command: "go.ranges", path: paths.ranges, title: strings.places.ranges, shortcut: "CmdOrCtrl+1" },
	{ command: "go.machines", path: paths.machines, title: strings.places.machines, shortcut: "CmdOrCtrl+2" },
	{ command: "go.library", path: paths.library, title: strings.places.library, shortcut: "CmdOrCtrl+3" },
	{ command: "go.images", path: paths.images, title: strings.places.images, shortcut: "CmdOrCtrl+4" },
	{ command: "go.events", path: paths.events, title: strings.places.events, shortcut: "CmdOrCtrl+5" },
];
const lowerPlaces: readonly Place[] = [
	{ command: "go.doctor", path: paths.doctor, title: strings.places.doctor, shortcut: "CmdOrCtrl+7" },
	{ command: "go.settings", path: paths.settings, title: strings.places.settings, shortcut: "CmdOrCtrl+," },
];

/** The app's places, in their order. */
export function Sidebar() {
	const ranges = useRanges((state) => state.list.length);
	const list = useRanges((state) => state.list);
	const vms = useVms((state) => state.list);
	const machines = list.reduce((sum, range) => sum + range.machines.length, 0) + vmRows(vms, list).length;
	const counts: Partial<Record<CommandId, number>> = { "go.ranges": ranges, "go.machines": machines };
	return (
		<nav aria-label={strings.places.title} className="flex w-44 shrink-0 flex-col border-r border-line bg-canvas p-2">
			{places.map((place) => (
				<PlaceLink key={place.path} place={place} count={counts[place.command]} />
			))}
			<div className="mt-auto">
				{lowerPlaces.map((place) => (
					<PlaceLink key={place.path} place={place} />
				))}
			</div>
		</nav>
	);
}

function PlaceLink({ place, count }: { place: Place; count?: number | undefined }) {
	const Icon = commandIcon(place.command);
	return (
		<NavLink
			to={place.path}
			className={({ isActive }) =>
				classes(
					"flex h-7 items-center gap-2 rounded-md px-2",
					isActive ? "bg-selected font-medium text-text" : "text-muted hover:bg-hover hover:text-text",
				)
			}
		>
			<Icon size={15} aria-hidden="true" className="shrink-0" />
			<span className="truncate">{place.title}</span>
			{count !== undefined && count > 0 && <span className="ml-auto text-sm text-faint">{count}</span>}
		</NavLink>
	);
}
