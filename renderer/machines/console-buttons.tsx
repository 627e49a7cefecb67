import { Cable, Monitor, SquareTerminal } from "lucide-react";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import { showMachineConsole, shownConsoles } from "../actions/open-console.ts";
import { Button, IconButton } from "../components/button.tsx";
import { strings } from "../strings.ts";

const icons = { shell: SquareTerminal, vnc: Monitor, serial: Cable } as const;

interface ConsoleButtonsProps {
	range: RangeDetail;
	machine: Machine;
}

const isUp = (machine: Machine): boolean => machine.state === "running" || machine.state === "ready";

/** Opens the consoles that the machine has; pressable while it runs. */
export function ConsoleButtons({ range, machine }: ConsoleButtonsProps) {
	return shownConsoles(machine).map((kind) => (
		<Button
			key={kind}
			isSmall
			icon={icons[kind]}
			disabled={!isUp(machine)}
			aria-label={strings.consoles.kindOf(kind, machine.name)}
			onClick={() => showMachineConsole(kind, range, machine)}
		>
			{strings.consoles.kinds[kind]}
		</Button>
	));
}

/** The same as icons, for a table's row. */
export function ConsoleIcons({ range, machine }: ConsoleButtonsProps) {
	return shownConsoles(machine).map((kind) => (
		<IconButton
			key={kind}
			isSmall
			icon={icons[kind]}
			label={strings.consoles.kindOf(kind, machine.name)}
			disabled={!isUp(machine)}
			onClick={() => showMachineConsole(kind, range, machine)}
		/>
	));
}
