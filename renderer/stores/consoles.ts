import { z } from "zod";
import { create } from "zustand";
import { readStored, writeStored } from "./stored.ts";

const tab = z.object({
	/** Made by the page, stable over reloads. */
	id: z.string(),
	kind: z.enum(["shell", "vnc", "logs", "serial"]),
	rangeId: z.string(),
	rangeName: z.string(),
	machine: z.string(),
	/** UUID of a virtual machine, which is reached by it; its range is empty when it stands alone. */
	vm: z.string().nullable().default(null),
	/** The shell's session in the engine, for attaching again; null before it opened and for others. */
	session: z.string().nullable(),
});
export type ConsoleTab = z.infer<typeof tab>;
export type ConsoleTabKind = ConsoleTab["kind"];
type Console = Omit<ConsoleTab, "id" | "session">;
export type ConsoleRequest = Omit<Console, "vm"> & { vm?: string | null };

const kept = z.object({ tabs: z.array(tab).max(100), active: z.string() });

/** The dock's first tab, which cannot be closed. */
export const tasksTab = "tasks";

export interface ConsolesState {
	tabs: readonly ConsoleTab[];
	/** The id of a tab, or `tasksTab`. */
	active: string;
	/** Counts the requests to put the keyboard into the active console. */
	focusRequests: number;
}

export const useConsoles = create<ConsolesState>(() => ({ tabs: [], active: tasksTab, focusRequests: 0 }));

const storageKey = "homerange.consoles";

/** Takes the tabs that a reload of the window left, and keeps each change from now on. */
export function keepConsoles(): void {
	useConsoles.setState(readStored(sessionStorage, storageKey, kept) ?? {});
	useConsoles.subscribe((state) => writeStored(sessionStorage, storageKey, kept.parse(state)));
}

/** Opens a console in a new tab; any but a shell is shown again where its machine has one. */
export function openConsole(asked: ConsoleRequest): string {
	const { tabs } = useConsoles.getState();
	const request: Console = { ...asked, vm: asked.vm ?? null };
	const present = request.kind === "shell" ? undefined : tabs.find((one) => isAlike(one, request));
	const id = present?.id ?? crypto.randomUUID();
	useConsoles.setState((state) => ({
		tabs: present === undefined ? [...state.tabs, { ...request, id, session: null }] : state.tabs,
		active: id,
		focusRequests: state.focusRequests + 1,
	}));
	return id;
}

export function showTab(id: string): void {
	useConsoles.setState((state) => ({ active: id, focusRequests: state.focusRequests + 1 }));
}

/** Goes to the next (1) or the previous (-1) tab, around the ends. */
export function cycleTab(step: 1 | -1): void {
	const { tabs, active } = useConsoles.getState();
	const ids = [tasksTab, ...tabs.map((one) => one.id)];
	const at = ids.indexOf(active);
	showTab(ids[(at + step + ids.length) % ids.length] ?? tasksTab);
}

/** Takes a tab away and shows its neighbour. */
export function removeTab(id: string): void {
	useConsoles.setState((state) => {
		const at = state.tabs.findIndex((one) => one.id === id);
		if (at === -1) return state;
		const tabs = state.tabs.filter((one) => one.id !== id);
		const neighbour = tabs[Math.min(at, tabs.length - 1)]?.id ?? tasksTab;
		return { tabs, active: state.active === id ? neighbour : state.active };
	});
}

export function rememberSession(id: string, session: string | null): void {
	useConsoles.setState((state) => ({
		tabs: state.tabs.map((one) => (one.id === id && one.session !== session ? { ...one, session } : one)),
	}));
}

/** Of the same kind, to the same machine. */
function isAlike(a: Console, b: Console): boolean {
	return a.kind === b.kind && a.vm === b.vm && a.rangeId === b.rangeId && a.machine === b.machine;
}

/** "web" for a machine's only tab of a kind, "web 2" for the next one. */
export function tabTitle(tabs: readonly ConsoleTab[], one: ConsoleTab): string {
	const alike = tabs.filter((other) => isAlike(other, one));
	const at = alike.findIndex((other) => other.id === one.id);
	return at > 0 ? `${one.machine} ${at + 1}` : one.machine;
}
