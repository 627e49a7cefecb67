import { useMemo } from "react";
import type { Machine, Network, RangeDetail } from "../../contract/ranges.ts";
import { CaptureButton } from "../capture/capture-button.tsx";
import { CardLines } from "../components/card-lines.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { NetworkFacts } from "../components/network-facts.tsx";
import { Notice } from "../components/notice.tsx";
import { compareAddresses } from "../format/address.ts";
import { hasPicture, MachineCard } from "../machines/machine-card.tsx";
import { useTask } from "../stores/tasks.ts";
import { strings } from "../strings.ts";
import { TaskPanel } from "../tasks/task-panel.tsx";
import { isUp } from "../usage/is-up.ts";
import { InternetSwitch } from "./internet-switch.tsx";
import { isInterrupted } from "./range-word.ts";

interface PlacedMachine {
	machine: Machine;
	network: string;
}

/** The networks of a range, each with its machines. */
export function RangeOverview({ range }: { range: RangeDetail }) {
	const groups = useMemo(
		() =>
			range.networks.map((network) => ({
				id: network.name,
				heading: <NetworkHeading network={network} range={range} />,
				items: machinesOn(range.machines, network.name),
				empty: <p className="text-sm text-faint">{strings.ranges.emptyNetwork}</p>,
			})),
		[range],
	);
	return (
		<CardLines
			label={strings.ranges.tabs.overview}
			top={<RangeReport range={range} />}
			groups={groups}
			getKey={(placed) => placed.machine.id}
			isTall={({ machine }) => hasPicture(machine)}
			renderCard={(placed) => <MachineCard range={range} machine={placed.machine} network={placed.network} />}
		/>
	);
}

/** The machines with a card on this network, in the order of their addresses there. */
function machinesOn(machines: readonly Machine[], network: string): PlacedMachine[] {
	const address = (machine: Machine): string => machine.nics.find((nic) => nic.network === network)?.ip ?? "";
	return machines
		.filter((machine) => machine.nics.some((nic) => nic.network === network))
		.sort((a, b) => compareAddresses(address(a), address(b)))
		.map((machine) => ({ machine, network }));
}

/** What stands over the networks: the task that acts on the range, or what is the matter and what to do. */
function RangeReport({ range }: { range: RangeDetail }) {
	const task = useTask(range.taskId);
	if (task !== null) {
		return (
			<div className="mb-4">
				<TaskPanel task={task} />
			</div>
		);
	}
	const report = reportOf(range);
	return report === null ? null : <div className="mb-4">{report}</div>;
}

function reportOf(range: RangeDetail) {
	if (isInterrupted(range)) {
		return (
			<Notice tone="warn" isAlert title={strings.ranges.interruptedTitle(range.interrupted ?? "")}>
				{range.reason !== null && <p className="text-muted">{range.reason}</p>}
				<p className="text-muted">{strings.ranges.interruptedBody}</p>
			</Notice>
		);
	}
	if (range.state === "failed") {
		return (
			<Notice tone="bad" isAlert title={strings.ranges.failedTitle}>
				<p className="text-muted">{range.reason}</p>
				<p className="text-muted">{strings.ranges.failedBody}</p>
			</Notice>
		);
	}
	if (range.state === "degraded") {
		const failed = range.machines.filter((machine) => machine.reason !== null);
		return (
			<Notice tone="warn" title={range.reason ?? strings.ranges.degradedTitle}>
				<ul className="text-muted">
					{failed.slice(0, 8).map((machine) => (
						<li key={machine.id} className="break-words">
							<span className="font-medium text-text">{machine.name}</span> {machine.reason}
						</li>
					))}
				</ul>
			</Notice>
		);
	}
	if (range.reason !== null) return <Notice tone="idle" title={range.reason} />;
	return null;
}

function NetworkHeading({ network, range }: { network: Network; range: RangeDetail }) {
	return (
		<div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
			<h2 className="font-semibold">{network.name}</h2>
			<CopyText text={network.subnet} label={strings.ranges.subnet} />
			<NetworkFacts
				network={network}
				routes={range.routes}
				{...(network.isolated ? {} : { internet: <InternetSwitch range={range} network={network} /> })}
			/>
			{isUp(range.state) && <CaptureButton range={range.name} network={network.name} />}
		</div>
	);
}
