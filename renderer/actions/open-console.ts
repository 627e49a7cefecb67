import type { ConsoleKind, Machine } from "../../contract/ranges.ts";
import type { ConsoleTabKind } from "../stores/consoles.ts";
import { openConsole } from "../stores/consoles.ts";
import { openDock } from "../stores/layout.ts";
import { strings } from "../strings.ts";

/** Opens a console of a virtual machine, by itself or as a machine of its range. */
export function showVmConsole(
	kind: Exclude<ConsoleTabKind, "shell">,
	vm: { uuid: string; name: string },
	range: { id: string; name: string } | null = null,
): void {
	openDock();
	const [rangeId, rangeName] = range === null ? ["", strings.vms.one] : [range.id, range.name];
	openConsole({ kind, rangeId, rangeName, machine: vm.name, vm: vm.uuid });
}

/** Opens a machine's console in the dock and unfolds it. */
export function showConsole(kind: ConsoleTabKind, range: { id: string; name: string }, machine: string): void {
	openDock();
	openConsole({ kind, rangeId: range.id, rangeName: range.name, machine });
}

/** The consoles of a machine that the window can open: serial lines are those of virtual machines. */
export function shownConsoles({ consoles, provider, engineId }: Machine): ConsoleKind[] {
	return consoles.filter((kind) => kind !== "serial" || (provider === "libvirt" && engineId !== null));
}

/** Opens one of them. The screen and the serial line of a virtual machine are reached by its UUID. */
export function showMachineConsole(kind: ConsoleKind, range: { id: string; name: string }, machine: Machine): void {
	const uuid = machine.provider === "libvirt" ? machine.engineId : null;
	if (uuid !== null && kind !== "shell") showVmConsole(kind, { uuid, name: machine.name }, range);
	else if (kind !== "serial") showConsole(kind, range, machine.name);
}
