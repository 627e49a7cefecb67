import { z } from "zod";
import { create } from "zustand";
import { readStored, writeStored } from "./stored.ts";

const kept = z.object({
	isSidebarShown: z.boolean(),
	isDockOpen: z.boolean(),
	dockHeight: z.number().min(120).max(4000),
	rangesView: z.enum(["table", "cards"]),
	/** Defaulted, as what an earlier version kept does not have it. */
	libraryView: z.enum(["table", "cards"]).default("table"),
	machinesView: z.enum(["table", "cards"]).default("table"),
});
type Kept = z.infer<typeof kept>;

export interface LayoutState extends Kept {
	/** The dock takes the whole height: for one run of the window only. */
	isDockFull: boolean;
	isPaletteOpen: boolean;
	isShortcutHelpOpen: boolean;
}

const storageKey = "homerange.layout";
const defaults: Kept = {
	isSidebarShown: true,
	isDockOpen: false,
	dockHeight: 280,
	rangesView: "table",
	libraryView: "table",
	machinesView: "table",
};

export const shortestDock = 120;

/** How the window is laid out; kept over restarts. */
export const useLayout = create<LayoutState>(() => ({
	...defaults,
	isDockFull: false,
	isPaletteOpen: false,
	isShortcutHelpOpen: false,
}));

/** Takes what the last run kept, and keeps each change from now on. */
export function keepLayout(): void {
	useLayout.setState(readStored(localStorage, storageKey, kept) ?? {});
	useLayout.subscribe((state) => writeStored(localStorage, storageKey, kept.parse(state)));
}

export function toggleSidebar(): void {
	useLayout.setState((state) => ({ isSidebarShown: !state.isSidebarShown }));
}

export function toggleDock(): void {
	useLayout.setState((state) => ({ isDockOpen: !state.isDockOpen, isDockFull: false }));
}

export function toggleDockFull(): void {
	useLayout.setState((state) => ({ isDockOpen: true, isDockFull: !(state.isDockOpen && state.isDockFull) }));
}

export function openDock(): void {
	useLayout.setState({ isDockOpen: true });
}

/** Sets the dock's height, between the least useful one and what the window leaves. */
export function resizeDock(height: number, windowHeight: number): void {
	const highest = Math.max(shortestDock, windowHeight - 200);
	useLayout.setState({ dockHeight: Math.round(Math.min(highest, Math.max(shortestDock, height))) });
}
