import { Cable, type LucideIcon, Monitor } from "lucide-react";
import type { Vm, VmConsole } from "../../contract/vms.ts";
import { showVmConsole } from "../actions/open-console.ts";
import { isVmUp } from "../actions/vm-actions.ts";
import { Button, IconButton } from "../components/button.tsx";
import { strings } from "../strings.ts";

export const vmConsoleIcons: Record<VmConsole, LucideIcon> = { vnc: Monitor, serial: Cable };

interface VmConsolesProps {
	vm: Vm;
}

const rangeOf = ({ owner }: Vm) => (owner?.kind === "range" ? { id: owner.rangeId, name: owner.range } : null);

/** Opens the consoles that a virtual machine has; pressable while it runs. */
export function VmConsoles({ vm }: VmConsolesProps) {
	return vm.consoles.map((kind) => (
		<Button
			key={kind}
			isSmall
			icon={vmConsoleIcons[kind]}
			disabled={!isVmUp(vm)}
			aria-label={strings.consoles.kindOf(kind, vm.name)}
			onClick={() => showVmConsole(kind, vm, rangeOf(vm))}
		>
			{strings.consoles.kinds[kind]}
		</Button>
	));
}

/** The same as icons, for a table's row. */
export function VmConsoleIcons({ vm }: VmConsolesProps) {
	return vm.consoles.map((kind) => (
		<IconButton
			key={kind}
			isSmall
			icon={vmConsoleIcons[kind]}
			label={strings.consoles.kindOf(kind, vm.name)}
			disabled={!isVmUp(vm)}
			onClick={() => showVmConsole(kind, vm, rangeOf(vm))}
		/>
	));
}
