import { Ellipsis } from "lucide-react";
import { memo } from "react";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import { IconButton } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { Menu } from "../components/menu.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { machineMarks, toneText } from "../components/states.ts";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";
import { isUp } from "../usage/is-up.ts";
import { MachineUsage } from "../usage/machine-usage.tsx";
import { VmThumbnail } from "../vms/vm-thumbnail.tsx";
import { ConsoleButtons } from "./console-buttons.tsx";
import { machineEntries } from "./machine-entries.ts";
import { machineSizes } from "./machine-row.ts";

interface MachineCardProps {
	range: RangeDetail;
	machine: Machine;
	/** The network that the card stands under: its address comes first. */
	network: string;
}

/** Its card shows its screen. */
export const hasPicture = ({ provider, engineId, consoles }: Machine): boolean =>
	provider === "libvirt" && engineId !== null && consoles.includes("vnc");

/**
 * A machine on its range's page. Drawn again only when what it shows changed:
 * the range's object changes with each of its machines, so it is compared by
 * what the card uses of it.
 */
export const MachineCard = memo(
	function MachineCard({ range, machine, network }: MachineCardProps) {
		const nics = [...machine.nics].sort((a, b) => Number(b.network === network) - Number(a.network === network));
		const mark = machineMarks[machine.state];
		return (
			<article
				aria-label={machine.name}
				data-state={machine.state}
				className="flex h-full flex-col rounded-lg border border-line bg-surface px-3 pt-2 pb-2"
			>
				<div className="flex h-6 items-center gap-2">
					<h3 className="min-w-0 truncate font-semibold">{machine.name}</h3>
					<span className="ml-auto">
						<StateMark mark={mark} word={strings.machineStates[machine.state]} />
					</span>
				</div>
				{hasPicture(machine) && machine.engineId !== null && (
					<div className="mt-1.5 mb-0.5">
						<VmThumbnail uuid={machine.engineId} name={machine.name} isUp={isUp(machine.state)} width={240} isLow />
					</div>
				)}
				<ul aria-label={strings.machines.addresses} className="mt-1">
					{nics.map((nic) => (
						<li key={`${nic.network} ${nic.ip}`} className="flex items-center gap-2">
							<CopyText text={nic.ip} label={strings.machines.address} isMuted={nic.network !== network} />
							{nic.network !== network && <span className="truncate text-sm text-faint">{nic.network}</span>}
							{nic.isDefault && machine.nics.length > 1 && (
								<span className="text-xs text-faint">{strings.machines.defaultRoute}</span>
							)}
						</li>
					))}
				</ul>
				<p className="truncate text-sm text-muted" title={machine.image}>
					{machine.source.name}
					<span className="text-faint"> · {strings.providers[machine.provider]}</span>
				</p>
				<p className="truncate text-sm text-faint">{machineSizes(machine)}</p>
				<MachineUsage rangeId={range.id} machine={machine} />
				{machine.reason !== null && (
					<p className={classes("selectable mt-1 line-clamp-3 text-sm", toneText[mark.tone])} title={machine.reason}>
						{machine.reason}
					</p>
				)}
				<div className="mt-auto flex items-center gap-1 pt-2">
					<ConsoleButtons range={range} machine={machine} />
					<span className="ml-auto">
						<Menu label={strings.machines.actionsOf(machine.name)} entries={machineEntries(range, machine)}>
							<IconButton isSmall icon={Ellipsis} label={strings.machines.actionsOf(machine.name)} />
						</Menu>
					</span>
				</div>
			</article>
		);
	},
	(before, after) =>
		before.machine === after.machine &&
		before.network === after.network &&
		before.range.id === after.range.id &&
		before.range.state === after.range.state &&
		before.range.taskId === after.range.taskId &&
		before.range.interrupted === after.range.interrupted,
);
