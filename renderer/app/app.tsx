import { Tooltip } from "radix-ui";
import { useEffect, useRef } from "react";
import { Outlet, useLocation } from "react-router";
import { Toaster } from "sonner";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { Notice } from "../components/notice.tsx";
import { Dock } from "../consoles/dock.tsx";
import { LookAgain } from "../engine/engine-page.tsx";
import { EngineStartScreen } from "../engine/engine-start.tsx";
import { classes } from "../format/join.ts";
import { useEngine } from "../stores/engine.ts";
import { useLayout } from "../stores/layout.ts";
import { useRanges } from "../stores/ranges.ts";
import { strings } from "../strings.ts";
import { DropTarget } from "./drop-target.tsx";
import { FormDialogHost } from "./form-dialog-host.tsx";
import { Palette } from "./palette.tsx";
import { ShortcutHelp } from "./shortcut-help.tsx";
import { Sidebar } from "./sidebar.tsx";
import { StatusBar } from "./status-bar.tsx";

/** The window's frame: places at the left, the place's page, the dock under it, the status bar. */
export function App() {
	const isSidebarShown = useLayout((state) => state.isSidebarShown);
	const isDockFull = useLayout((state) => state.isDockOpen && state.isDockFull);
	return (
		<Tooltip.Provider delayDuration={400}>
			<div className="flex h-full flex-col">
				<div className="flex min-h-0 flex-1">
					{isSidebarShown && <Sidebar />}
					<div className="flex min-w-0 flex-1 flex-col">
						<main className={classes("min-h-0 flex-1", isDockFull && "hidden")}>
							<Place />
						</main>
						<Dock />
					</div>
				</div>
				<StatusBar />
			</div>
			<Palette />
			<ShortcutHelp />
			<ConfirmDialog />
			<FormDialogHost />
			<DropTarget />
			<Toaster
				position="bottom-right"
				offset={{ bottom: 36, right: 12 }}
				containerAriaLabel={strings.common.notifications}
				toastOptions={{
					unstyled: true,
					classNames: {
						toast:
							"flex w-90 items-start gap-2 rounded-lg border border-line bg-raised px-3 py-2.5 text-text shadow-raised",
						title: "font-medium break-words",
						description: "text-muted break-words line-clamp-4",
						content: "min-w-0 flex-1",
						icon: "mt-0.5 shrink-0",
						error: "[&_[data-icon]]:text-bad",
						success: "[&_[data-icon]]:text-ok",
						actionButton: "ml-auto h-6 shrink-0 rounded-md border border-line px-2 text-sm hover:bg-hover",
					},
				}}
			/>
		</Tooltip.Provider>
	);
}

/** The page of the present place; until the engine's first snapshot: how far the engine is. */
function Place() {
	const start = useEngine((state) => state.start);
	const isLoaded = useRanges((state) => state.isLoaded);
	const box = useRef<HTMLDivElement>(null);
	const { pathname } = useLocation();

	// A reader and the keyboard follow to the new place, but not out of a console.
	// biome-ignore lint/correctness/useExhaustiveDependencies: each new place moves the keyboard
	useEffect(() => {
		const at = document.activeElement;
		if (at === null || at === document.body || at.closest("nav") !== null) box.current?.focus({ preventScroll: true });
	}, [pathname]);

	// The mark that the page shows the engine's data: what drives the window from outside waits for it.
	useEffect(() => {
		if (isLoaded) document.documentElement.dataset.homerange = "ready";
	}, [isLoaded]);

	if (!isLoaded) return <EngineStartScreen start={start} />;
	return (
		<div ref={box} tabIndex={-1} className="flex h-full flex-col outline-none">
			<EngineBanner />
			<div className="min-h-0 flex-1">
				<Outlet />
			</div>
		</div>
	);
}

/** Over every page while the Docker Engine is away but its ranges are known. */
function EngineBanner() {
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	const hasRanges = useRanges((state) => state.list.length > 0);
	if (!isMissing || !hasRanges) return null;
	return (
		<div className="shrink-0 px-5 pt-3">
			<Notice tone="bad" title={strings.engine.missing} actions={<LookAgain isPrimary={false} />}>
				<p className="text-muted">{strings.engine.bannerBody}</p>
			</Notice>
		</div>
	);
}
