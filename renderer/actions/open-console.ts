import type { ConsoleTabKind } from "../stores/consoles.ts";
import { openConsole } from "../stores/consoles.ts";
import { openDock } from "../stores/layout.ts";

/** Opens a machine's console in the dock and unfolds it. */
export function showConsole(kind: ConsoleTabKind, range: { id: string; name: string }, machine: string): void {
	openDock();
	openConsole({ kind, rangeId: range.id, rangeName: range.name, machine });
}
