import type { DeployPreview } from "../../contract/blueprints.ts";
import { NetworkFacts } from "../components/network-facts.tsx";
import { Section } from "../components/page.tsx";
import { compareAddresses } from "../format/address.ts";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";

type PreviewMachine = DeployPreview["machines"][number];

/** The networks that a deploy would make, each with its machines and their exact addresses. */
export function PreviewNetworks({ preview }: { preview: DeployPreview }) {
	return (
		<Section title={strings.deploy.networks(preview.networks.length, preview.machines.length)}>
			<div className="grid gap-3">
				{preview.networks.map((network) => (
					<article key={network.name} aria-label={network.name} className="rounded-lg border border-line bg-surface">
						<header className="flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-1.5">
							<h3 className="font-semibold">{network.name}</h3>
							<code className="selectable font-mono text-sm">{network.subnet}</code>
							<NetworkFacts network={network} routes={preview.routes} />
						</header>
						<Machines machines={machinesOn(preview.machines, network.name)} network={network.name} />
					</article>
				))}
			</div>
		</Section>
	);
}

const addressOn = (machine: PreviewMachine, network: string): string =>
	machine.nics.find((nic) => nic.network === network)?.ip ?? "";

function machinesOn(machines: readonly PreviewMachine[], network: string): PreviewMachine[] {
	return machines
		.filter((machine) => machine.nics.some((nic) => nic.network === network))
		.sort((a, b) => compareAddresses(addressOn(a, network), addressOn(b, network)));
}

function Machines({ machines, network }: { machines: readonly PreviewMachine[]; network: string }) {
	if (machines.length === 0) return <p className="px-3 py-1.5 text-sm text-faint">{strings.ranges.emptyNetwork}</p>;
	return (
		<ul>
			{machines.map((machine) => (
				<li
					key={machine.name}
					className="grid grid-cols-[minmax(0,1fr)_112px_minmax(0,1.4fr)_72px] items-center gap-x-3 border-b border-line px-3 py-1 last:border-b-0"
				>
					<span className="truncate font-medium">{machine.name}</span>
					<code className="selectable font-mono text-sm">{addressOn(machine, network)}</code>
					<span className="truncate text-sm text-muted" title={machine.image}>
						{machine.source.name}
						{machine.dependsOn.length > 0 && (
							<span className="text-faint"> · {strings.deploy.after(machine.dependsOn)}</span>
						)}
					</span>
					<span className="text-right text-sm text-muted">
						{machine.memoryBytes !== null && formatBytes(machine.memoryBytes)}
					</span>
				</li>
			))}
		</ul>
	);
}
