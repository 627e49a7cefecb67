import { Monitor, SquareTerminal } from "lucide-react";
import type { ConsoleKind, Machine, RangeDetail } from "../../contract/ranges.ts";
import { showConsole } from "../actions/open-console.ts";
import { Button, IconButton } from "../components/button.tsx";
import { strings } from "../strings.ts";

const icons = { shell: SquareTerminal, vnc: Monitor } as const;

interface ConsoleButtonsProps {
	range: RangeDetail;
	machine: Machine;
}

const isUp = (machine: Machine): boolean => machine.state === "running" || machine.state === "ready";
const isShown = (kind: ConsoleKind): kind is keyof typeof icons => kind in icons;

/** Opens the consoles that the machine has; pressable while it runs. */
export function ConsoleButtons({ range, machine }: ConsoleButtonsProps) {
	return machine.consoles.filter(isShown).map((kind) => (
		<Button
			key={kind}
			isSmall
			icon={icons[kind]}
			disabled={!isUp(machine)}
			aria-label={strings.consoles.kindOf(kind, machine.name)}
			onClick={() => showConsole(kind, range, machine.name)}
		>
			{strings.consoles.kinds[kind]}
		</Button>
	));
}

/** The same as icons, for a table's row. */
export function ConsoleIcons({ range, machine }: ConsoleButtonsProps) {
	return machine.consoles
		.filter(isShown)
		.map((kind) => (
			<IconButton
				key={kind}
				isSmall
				icon={icons[kind]}
				label={strings.consoles.kindOf(kind, machine.name)}
				disabled={!isUp(machine)}
				onClick={() => showConsole(kind, range, machine.name)}
			/>
		));
}
