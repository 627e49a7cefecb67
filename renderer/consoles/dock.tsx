import {
	Cable,
	ChevronDown,
	ListChecks,
	Maximize2,
	Minimize2,
	Monitor,
	ScrollText,
	SquareTerminal,
	X,
} from "lucide-react";
import { type KeyboardEvent, lazy, type PointerEvent, Suspense } from "react";
import { IconButton } from "../components/button.tsx";
import { classes } from "../format/join.ts";
import {
	type ConsoleTab,
	type ConsoleTabKind,
	cycleTab,
	removeTab,
	showTab,
	tabTitle,
	tasksTab,
	useConsoles,
} from "../stores/consoles.ts";
import { resizeDock, shortestDock, toggleDock, toggleDockFull, useLayout } from "../stores/layout.ts";
import { useOpenTaskCount } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { TasksView } from "../tasks/tasks-view.tsx";

// xterm and noVNC are the page's heaviest parts: they load with the first console.
const ConsoleView = lazy(() => import("./console-view.tsx"));

const kindIcons: Record<ConsoleTabKind, typeof Monitor> = {
	shell: SquareTerminal,
	vnc: Monitor,
	logs: ScrollText,
	serial: Cable,
};

/** The bottom dock. It is never taken out of the page: folding hides it, so its consoles live on. */
export function Dock() {
	const { isDockOpen, isDockFull, dockHeight } = useLayout();
	const tabs = useConsoles((state) => state.tabs);
	const active = useConsoles((state) => state.active);
	return (
		<section
			aria-label={strings.dock.title}
			className={classes(
				"relative flex min-h-0 shrink-0 flex-col border-t border-line bg-surface",
				isDockOpen && isDockFull && "flex-1",
			)}
			style={isDockOpen && !isDockFull ? { height: dockHeight } : undefined}
		>
			{isDockOpen && !isDockFull && <Sash height={dockHeight} />}
			<div className="flex h-8 shrink-0 items-center border-b border-line bg-canvas pr-2">
				<TabStrip tabs={tabs} active={active} isOpen={isDockOpen} />
				{isDockOpen && (
					<IconButton
						isSmall
						icon={isDockFull ? Minimize2 : Maximize2}
						label={isDockFull ? strings.dock.restore : strings.dock.maximise}
						shortcut="CmdOrCtrl+Shift+J"
						onClick={toggleDockFull}
					/>
				)}
				<span className={classes("flex transition-transform", !isDockOpen && "rotate-180")}>
					<IconButton
						isSmall
						icon={ChevronDown}
						label={isDockOpen ? strings.dock.fold : strings.dock.unfold}
						shortcut="CmdOrCtrl+J"
						onClick={toggleDock}
					/>
				</span>
			</div>
			<div className={classes("relative min-h-0 flex-1", !isDockOpen && "hidden")}>
				{active === tasksTab && <TasksView />}
				<Suspense fallback={null}>
					{tabs.map((tab) => (
						<ConsoleView key={tab.id} tab={tab} isActive={isDockOpen && tab.id === active} />
					))}
				</Suspense>
			</div>
		</section>
	);
}

function TabStrip({ tabs, active, isOpen }: { tabs: readonly ConsoleTab[]; active: string; isOpen: boolean }) {
	const openTasks = useOpenTaskCount();
	const open = (id: string): void => {
		if (!useLayout.getState().isDockOpen) toggleDock();
		showTab(id);
	};
	const onKeyDown = (event: KeyboardEvent): void => {
		if (event.key === "ArrowRight") cycleTab(1);
		else if (event.key === "ArrowLeft") cycleTab(-1);
		else if (event.key === "Delete" && active !== tasksTab) removeTab(active);
		else return;
		event.preventDefault();
	};
	return (
		<div
			role="tablist"
			aria-label={strings.dock.tabs}
			onKeyDown={onKeyDown}
			className="flex h-full min-w-0 flex-1 overflow-x-auto"
			tabIndex={-1}
			style={{ scrollbarWidth: "none" }}
		>
			<Tab id={tasksTab} isActive={active === tasksTab} isShown={isOpen && active === tasksTab} onOpen={open}>
				<ListChecks size={14} aria-hidden="true" />
				{strings.tasks.title}
				{openTasks > 0 && (
					<span className="rounded-full bg-busy-tint px-1.5 text-xs font-medium text-busy">{openTasks}</span>
				)}
			</Tab>
			{tabs.map((tab) => {
				const Icon = kindIcons[tab.kind];
				return (
					<Tab
						key={tab.id}
						id={tab.id}
						isActive={active === tab.id}
						isShown={isOpen && active === tab.id}
						onOpen={open}
						closeLabel={strings.dock.close(tab.machine)}
						name={strings.consoles.kindOf(tab.kind, tabTitle(tabs, tab))}
					>
						<Icon size={14} aria-hidden="true" />
						<span className="max-w-40 truncate">{tabTitle(tabs, tab)}</span>
					</Tab>
				);
			})}
		</div>
	);
}

function Tab(props: {
	id: string;
	/** The tab that unfolding shows. */
	isActive: boolean;
	isShown: boolean;
	onOpen: (id: string) => void;
	name?: string;
	closeLabel?: string;
	children: React.ReactNode;
}) {
	return (
		<div
			className={classes(
				"flex h-full shrink-0 items-center border-r border-line",
				props.isShown ? "bg-surface text-text shadow-[inset_0_2px_0_var(--accent)]" : "text-muted hover:bg-hover",
			)}
		>
			<button
				type="button"
				role="tab"
				aria-selected={props.isActive}
				aria-label={props.name}
				tabIndex={props.isActive ? 0 : -1}
				onClick={() => props.onOpen(props.id)}
				onAuxClick={() => props.closeLabel !== undefined && removeTab(props.id)}
				className={classes("flex h-full items-center gap-1.5 pl-3", props.closeLabel === undefined ? "pr-3" : "pr-1")}
			>
				{props.children}
			</button>
			{props.closeLabel !== undefined && (
				<span className="pr-1">
					<IconButton isSmall icon={X} label={props.closeLabel} onClick={() => removeTab(props.id)} />
				</span>
			)}
		</div>
	);
}

/** The dock's upper edge: drag it, or move it with the arrow keys. */
function Sash({ height }: { height: number }) {
	const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
		event.currentTarget.setPointerCapture(event.pointerId);
	};
	const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
		if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
		const bottom = event.currentTarget.parentElement?.getBoundingClientRect().bottom ?? window.innerHeight;
		resizeDock(bottom - event.clientY, window.innerHeight);
	};
	const onKeyDown = (event: KeyboardEvent): void => {
		const step = event.key === "ArrowUp" ? 24 : event.key === "ArrowDown" ? -24 : 0;
		if (step === 0) return;
		event.preventDefault();
		resizeDock(height + step, window.innerHeight);
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved; this is the window splitter pattern
		<div
			role="separator"
			aria-orientation="horizontal"
			aria-label={strings.dock.resize}
			aria-valuenow={height}
			aria-valuemin={shortestDock}
			aria-valuemax={window.innerHeight - 200}
			tabIndex={0}
			onPointerDown={onPointerDown}
			onPointerMove={onPointerMove}
			onKeyDown={onKeyDown}
			className="absolute inset-x-0 -top-1 z-10 h-2 cursor-row-resize transition-colors hover:bg-accent/40 active:bg-accent/60"
		/>
	);
}
