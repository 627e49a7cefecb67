import { Disc, DiscAlbum } from "lucide-react";
import type { ReactNode } from "react";
import type { Vm, VmDetail, VmDisk } from "../../contract/vms.ts";
import { perform } from "../actions/perform.ts";
import { vmActions } from "../actions/vm-actions.ts";
import { rpc } from "../bridge/client.ts";
import { shell } from "../bridge/shell.ts";
import { Button } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { Section } from "../components/page.tsx";
import { formatBytes } from "../format/bytes.ts";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";

const words = strings.vms.hardware;

/** The disks, drives, network cards and screens of a virtual machine. */
export function VmHardware({ vm }: { vm: VmDetail }) {
	return (
		<div className="max-w-260">
			<Section title={words.disks}>
				<Parts
					label={words.disks}
					none={words.noDisks}
					heads={[words.target, words.format, words.size, words.file]}
					rows={vm.disks.map((disk) => ({ key: disk.target, cells: diskCells(disk) }))}
				/>
			</Section>
			<Section title={words.cdroms}>
				<Parts
					label={words.cdroms}
					none={words.noCdroms}
					heads={[words.target, words.file, ""]}
					rows={vm.cdroms.map(({ target, bus, source, seed }) => ({
						key: target,
						cells: [
							`${target} (${bus})`,
							source === null ? (
								<span key="file" className="text-faint">
									{words.empty}
								</span>
							) : (
								<span key="file" className="font-mono text-sm break-all">
									{source}
									{seed && <span className="font-sans text-muted"> {words.seed}</span>}
								</span>
							),
							<DriveButtons key="drive" vm={vm} target={target} isEmpty={source === null} />,
						],
					}))}
				/>
			</Section>
			<Section title={words.nics}>
				<Parts
					label={words.nics}
					none={words.noNics}
					heads={[words.mac, words.plugged, words.address]}
					rows={vm.nics.map((nic) => ({
						key: nic.mac,
						cells: [
							<CopyText key="mac" text={nic.mac} label={words.mac} />,
							[words.kinds[nic.kind], nic.source, nic.device].filter((part) => part !== null).join(" · "),
							nic.addresses.length === 0
								? strings.vms.page.noAddress
								: nic.addresses.map((address) => <CopyText key={address} text={address} label={words.address} />),
						],
					}))}
				/>
			</Section>
			<Section title={words.graphics}>
				<Parts
					label={words.graphics}
					none={words.noGraphics}
					heads={[words.kind, words.listens, ""]}
					rows={vm.graphics.map(({ kind, listen, usable, reason }) => ({
						key: `${kind} ${listen}`,
						cells: [kind, listen ?? words.unknown, usable ? words.usable : words.unusable(reason ?? words.unknown)],
					}))}
				/>
			</Section>
		</div>
	);
}

function diskCells(disk: VmDisk): ReactNode[] {
	const { target, bus, format, capacityBytes, allocationBytes, source, backing } = disk;
	const size = capacityBytes === null ? words.unknown : formatBytes(capacityBytes);
	const notes = [
		...(backing.length > 0 ? [words.standsOn(backing.length)] : []),
		...(disk.readOnly ? [words.readOnly] : []),
		...(disk.shared ? [words.shared] : []),
		...(disk.ours ? [] : [words.notOurs]),
	];
	return [
		`${target} (${bus})`,
		format ?? words.unknown,
		allocationBytes === null ? size : words.sizeValue(formatBytes(allocationBytes), size),
		<span key="file">
			<span className="selectable font-mono text-sm break-all" title={backing.join("\n")}>
				{source ?? words.unknown}
			</span>
			{notes.length > 0 && <span className="text-sm text-muted"> {notes.join(", ")}</span>}
		</span>,
	];
}

/** Only of a virtual machine that may be changed here. */
function DriveButtons({ vm, target, isEmpty }: { vm: Vm; target: string; isEmpty: boolean }) {
	const actions = vmActions(vm);
	if (actions.length === 0 || actions.includes("adopt")) return null;
	const insert = async (): Promise<void> => {
		const path = await shell().choosePath({ kind: "open", what: "iso" });
		if (path !== null) await perform(() => rpc().vms.insertIso({ vm: vm.uuid, path, target }));
	};
	return (
		<span className="flex justify-end gap-1">
			<Button isSmall icon={DiscAlbum} aria-label={words.insertInto(target)} onClick={() => void insert()}>
				{words.insert}
			</Button>
			{!isEmpty && (
				<Button
					isSmall
					icon={Disc}
					aria-label={words.ejectFrom(target)}
					onClick={() => void perform(() => rpc().vms.ejectIso({ vm: vm.uuid, target }))}
				>
					{words.eject}
				</Button>
			)}
		</span>
	);
}

function Parts(props: {
	label: string;
	none: string;
	heads: readonly string[];
	rows: readonly { key: string; cells: readonly ReactNode[] }[];
}) {
	if (props.rows.length === 0) return <p className="text-muted">{props.none}</p>;
	return (
		<div className="overflow-x-auto rounded-lg border border-line bg-surface">
			<table aria-label={props.label} className="w-full text-left">
				<thead className="text-sm text-muted">
					<tr>
						{props.heads.map((head) => (
							<th key={head} scope="col" className="px-4 py-1.5 font-medium">
								{head}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{props.rows.map(({ key, cells }) => (
						<tr key={key} className="border-t border-line align-middle">
							{cells.map((cell, at) => (
								<td
									key={props.heads[at]}
									className={classes(
										"px-4 py-1.5",
										typeof cell === "string" && cell.length < 48 && "whitespace-nowrap",
									)}
								>
									{cell}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
