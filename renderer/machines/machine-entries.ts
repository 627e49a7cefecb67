import { Computer, Copy, ScrollText } from "lucide-react";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import { showConsole } from "../actions/open-console.ts";
import { actionIcons, machineActions, runOnMachine } from "../actions/range-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { copyText } from "../components/copy-text.tsx";
import type { MenuEntry } from "../components/menu.tsx";
import { strings } from "../strings.ts";

/** The entries of a machine's menu. */
export function machineEntries(range: RangeDetail, machine: Machine): MenuEntry[] {
	const actions = machineActions(range, machine);
	const first = machine.nics[0];
	const { engineId } = machine;
	return [
		...actions.map((action) => ({
			id: action,
			title: strings.actions[action],
			icon: actionIcons[action],
			run: () => void runOnMachine(action, range, machine),
		})),
		{
			id: "output",
			title: strings.machines.output,
			icon: ScrollText,
			isApart: actions.length > 0,
			isDisabled: machine.engineId === null || range.state === "stopped",
			run: () => showConsole("logs", range, machine.name),
		},
		...(machine.provider === "libvirt" && engineId !== null
			? [{ id: "vm", title: strings.machines.vmPage, icon: Computer, run: () => navigateTo(paths.vm(engineId)) }]
			: []),
		...(first === undefined
			? []
			: [{ id: "copy", title: strings.machines.copyAddress, icon: Copy, run: () => void copyText(first.ip) }]),
	];
}
