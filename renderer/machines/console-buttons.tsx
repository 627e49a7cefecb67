import { Monitor, SquareTerminal } from "lucide-react";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import { showConsole } from "../actions/open-console.ts";
import { Button } from "../components/button.tsx";
import { strings } from "../strings.ts";

const icons = { shell: SquareTerminal, vnc: Monitor } as const;

/** Opens the consoles that the machine has; pressable while it runs. */
export function ConsoleButtons({ range, machine }: { range: RangeDetail; machine: Machine }) {
	const isUp = machine.state === "running" || machine.state === "ready";
	return machine.consoles
		.filter((kind) => kind !== "serial")
		.map((kind) => (
			<Button
				key={kind}
				isSmall
				icon={icons[kind]}
				disabled={!isUp}
				aria-label={strings.consoles.kindOf(kind, machine.name)}
				onClick={() => showConsole(kind, range, machine.name)}
			>
				{strings.consoles.kinds[kind]}
			</Button>
		));
}
