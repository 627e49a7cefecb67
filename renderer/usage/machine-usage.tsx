import type { Machine } from "../../contract/ranges.ts";
import { strings } from "../strings.ts";
import { isUp } from "./is-up.ts";
import { useMachineUsage } from "./usage-store.ts";
import { formatCpus, formatMemory } from "./usage-text.ts";

/** What a machine uses now, in a line of its card. Nothing until the first sample, and nothing of one that is down. */
export function MachineUsage({ rangeId, machine }: { rangeId: string; machine: Machine }) {
	const usage = useMachineUsage(rangeId, machine.name, isUp(machine.state));
	if (usage === null) return null;
	return (
		<ul className="flex gap-3 text-sm text-muted tabular-nums" aria-label={strings.usage.of(machine.name)}>
			<li>
				{strings.usage.cpu} {formatCpus(usage.cpus)}
			</li>
			<li>
				{strings.usage.memory} {formatMemory(usage)}
			</li>
		</ul>
	);
}
