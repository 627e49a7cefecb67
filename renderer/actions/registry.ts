import {
	Boxes,
	BrushCleaning,
	CirclePlus,
	Download,
	FileUp,
	FolderUp,
	Hammer,
	Keyboard,
	Library,
	ListChecks,
	type LucideIcon,
	Monitor,
	MonitorSmartphone,
	MoonStar,
	Network,
	Package,
	PackageOpen,
	PackagePlus,
	PanelBottom,
	PanelLeft,
	ScrollText,
	Search,
	Settings,
	SquareArrowLeft,
	SquareArrowRight,
	SquareTerminal,
	Stethoscope,
} from "lucide-react";
import { type CommandId, commands } from "../../contract/commands.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { Vm } from "../../contract/vms.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { toggleTheme } from "../app/theme.ts";
import { shell } from "../bridge/shell.ts";
import { cycleTab, useConsoles } from "../stores/consoles.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { openDock, toggleDock, toggleDockFull, toggleSidebar, useLayout } from "../stores/layout.ts";
import { useRanges } from "../stores/ranges.ts";
import { useVms } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { showTasks } from "../tasks/announce.ts";
import { buildImage, importImage } from "./image-actions.ts";
import { importTemplate, installBundle } from "./library-actions.ts";
import { showMachineConsole, shownConsoles, showVmConsole } from "./open-console.ts";
import { actionIcons, rangeActions, runOnRanges } from "./range-actions.ts";
import { isVmUp, runOnVm, vmActionIcons, vmActions } from "./vm-actions.ts";

/** One thing that a person can do: in the palette, and where its id is known also in menus, tray and shortcuts. */
export interface Action {
	id: string;
	title: string;
	group: string;
	icon: LucideIcon;
	/** In Electron's notation; the menu owns it. */
	shortcut: string | null;
	/** Further words that find it. */
	keywords: string;
	run: () => void;
}

/** Asks for a file by the system's dialog and shows its preview, or what it changes in the range that it `updates`. */
export async function chooseFile(updates?: string): Promise<void> {
	const path = await shell().choosePath({ kind: "open", what: "blueprint" });
	if (path === null) return;
	const deploy = paths.deployFile(path);
	navigateTo(updates === undefined ? deploy : paths.updateBy(updates, deploy));
}

const handlers: Record<CommandId, { icon: LucideIcon; run: () => void }> = {
	"range.deploy": { icon: CirclePlus, run: () => navigateTo(paths.deploy) },
	"range.openFile": { icon: FileUp, run: () => void chooseFile() },
	"view.palette": {
		icon: Search,
		run: () => useLayout.setState((state) => ({ isPaletteOpen: !state.isPaletteOpen })),
	},
	"view.sidebar": { icon: PanelLeft, run: toggleSidebar },
	"view.dock": { icon: PanelBottom, run: toggleDock },
	"view.dockFull": { icon: PanelBottom, run: toggleDockFull },
	"view.nextConsole": { icon: SquareArrowRight, run: () => cycleConsole(1) },
	"view.previousConsole": { icon: SquareArrowLeft, run: () => cycleConsole(-1) },
	"view.theme": { icon: MoonStar, run: () => void toggleTheme() },
	"go.ranges": { icon: Boxes, run: () => navigateTo(paths.ranges) },
	"go.machines": { icon: MonitorSmartphone, run: () => navigateTo(paths.machines) },
	"go.library": { icon: Library, run: () => navigateTo(paths.library) },
	"go.images": { icon: Package, run: () => navigateTo(paths.images) },
	"go.events": { icon: ScrollText, run: () => navigateTo(paths.events) },
	"go.tasks": { icon: ListChecks, run: showTasks },
	"go.doctor": { icon: Stethoscope, run: () => navigateTo(paths.doctor) },
	"go.settings": { icon: Settings, run: () => navigateTo(paths.settings) },
	"help.shortcuts": { icon: Keyboard, run: () => useLayout.setState({ isShortcutHelpOpen: true }) },
};

function cycleConsole(step: 1 | -1): void {
	openDock();
	cycleTab(step);
}

/** The icon of a command, so that sidebar and palette show the same. */
export const commandIcon = (id: CommandId): LucideIcon => handlers[id].icon;

/** Does what a menu entry, a shortcut or the tray asks for. */
export function runCommand(id: CommandId): void {
	handlers[id].run();
}

/** The actions that always exist. */
export const commandActions: readonly Action[] = commands.map((command) => ({
	id: command.id,
	title: command.title,
	group: strings.palette.groups[command.menu],
	icon: handlers[command.id].icon,
	shortcut: command.shortcut,
	keywords: command.menu,
	run: handlers[command.id].run,
}));

/** What brings something into the library and the image cache. */
const bringingActions: readonly Action[] = [
	{ id: "library.import", title: strings.library.importTemplate, icon: FileUp, run: () => void importTemplate() },
	{ id: "bundle.install", title: strings.bundles.menuInstall, icon: PackageOpen, run: () => void installBundle() },
	{
		id: "bundle.create",
		title: strings.bundles.menuCreate,
		icon: PackagePlus,
		run: () => openFormDialog({ kind: "createBundle" }),
	},
	{
		id: "image.pull",
		title: strings.images.dialogs.pull,
		icon: Download,
		run: () => openFormDialog({ kind: "pullImage" }),
	},
	{
		id: "image.importFile",
		title: strings.images.palette.importFile,
		icon: FileUp,
		run: () => void importImage("image"),
	},
	{
		id: "image.importFolder",
		title: strings.images.palette.importFolder,
		icon: FolderUp,
		run: () => void importImage("imageFolder"),
	},
	{ id: "image.build", title: strings.images.palette.build, icon: Hammer, run: () => void buildImage() },
	{
		id: "image.prune",
		title: strings.images.dialogs.prune,
		icon: BrushCleaning,
		run: () => openFormDialog({ kind: "pruneImages" }),
	},
].map((action) => ({ ...action, group: strings.palette.groups.library, shortcut: null, keywords: "" }));

/** What can be done with the ranges that are there: open them, act on them, open their consoles. */
export function rangeActionList(ranges: readonly RangeDetail[]): Action[] {
	return ranges.flatMap((range) => [
		{
			id: `open ${range.id}`,
			title: strings.palette.openRange(range.name),
			group: strings.palette.groups.ranges,
			icon: Network,
			shortcut: null,
			keywords: range.blueprint.name,
			run: () => navigateTo(paths.range(range.id)),
		},
		...rangeActions(range).map((action) => ({
			id: `${action} ${range.id}`,
			title: strings.palette.onRange(strings.actions[action], range.name),
			group: strings.palette.groups.ranges,
			icon: actionIcons[action],
			shortcut: null,
			keywords: range.blueprint.name,
			run: () => void runOnRanges(action, [range]),
		})),
		...consoleActions(range),
	]);
}

function consoleActions(range: RangeDetail): Action[] {
	return range.machines
		.filter((machine) => machine.state === "running" || machine.state === "ready")
		.flatMap((machine) =>
			shownConsoles(machine).map((kind) => ({
				id: `${kind} ${machine.id}`,
				title: strings.palette.console(strings.consoles.kinds[kind], machine.name, range.name),
				group: strings.palette.groups.consoles,
				icon: kind === "vnc" ? Monitor : SquareTerminal,
				shortcut: null,
				keywords: machine.nics.map((nic) => nic.ip).join(" "),
				run: () => showMachineConsole(kind, range, machine),
			})),
		);
}

/** What can be done with the virtual machines that stand alone, or that another tool made. */
export function vmActionList(vms: readonly Vm[]): Action[] {
	const group = strings.palette.groups.vms;
	return vms.flatMap((vm) => [
		{
			id: `open ${vm.uuid}`,
			title: strings.palette.openRange(vm.name),
			group,
			icon: MonitorSmartphone,
			shortcut: null,
			keywords: vm.addresses.join(" "),
			run: () => navigateTo(paths.vm(vm.uuid)),
		},
		...vmActions(vm).map((action) => ({
			id: `${action} ${vm.uuid}`,
			title: strings.palette.onRange(strings.vms.actions[action], vm.name),
			group,
			icon: vmActionIcons[action],
			shortcut: null,
			keywords: "",
			run: () => void runOnVm(action, vm),
		})),
		...(isVmUp(vm) ? vm.consoles : []).map((kind) => ({
			id: `${kind} ${vm.uuid}`,
			title: strings.consoles.kindOf(kind, vm.name),
			group: strings.palette.groups.consoles,
			icon: kind === "vnc" ? Monitor : SquareTerminal,
			shortcut: null,
			keywords: vm.addresses.join(" "),
			run: () => showVmConsole(kind, vm),
		})),
	]);
}

const newVm: Action = {
	id: "vm.create",
	title: strings.vms.create,
	group: strings.palette.groups.vms,
	icon: CirclePlus,
	shortcut: null,
	keywords: "create",
	run: () => navigateTo(paths.newVm),
};

/** Everything that can be done now, for the palette. */
export function useActions(): Action[] {
	const ranges = useRanges((state) => state.list);
	const hasConsoles = useConsoles((state) => state.tabs.length > 0);
	const always = commandActions.filter(
		(action) => hasConsoles || (action.id !== "view.nextConsole" && action.id !== "view.previousConsole"),
	);
	const vms = useVms((state) => state.list).filter(({ owner }) => owner?.kind !== "range");
	return [
		...always.filter((action) => action.id !== "view.palette"),
		...bringingActions,
		newVm,
		...rangeActionList(ranges),
		...vmActionList(vms),
	];
}
