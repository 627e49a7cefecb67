import { HardDrive, Scaling, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import type { VmDetail, VmDisk } from "../../contract/vms.ts";
import { Button, IconButton } from "../components/button.tsx";
import { formatBytes } from "../format/bytes.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import type { HardwareLock } from "./hardware-lock.tsx";
import { HardwareSection } from "./hardware-section.tsx";
import { PartsTable } from "./parts-table.tsx";

const words = strings.vms.hardware;
const { addDisk, resizeDisk, removeDisk } = strings.vms.change;

/** The disks of a virtual machine: what they are, and what can be done with each. */
export function VmDisks({ vm, lock }: { vm: VmDetail; lock: HardwareLock }) {
	return (
		<HardwareSection
			title={words.disks}
			change={{ icon: HardDrive, text: addDisk.open, open: () => openFormDialog({ kind: "addVmDisk", vm }) }}
			lock={lock}
		>
			<PartsTable
				label={words.disks}
				none={words.noDisks}
				heads={[words.target, words.format, words.size, words.file, ""]}
				rows={vm.disks.map((disk) => ({
					key: disk.target,
					cells: [...diskCells(disk), <DiskButtons key="buttons" vm={vm} disk={disk} lock={lock} />],
				}))}
			/>
		</HardwareSection>
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

function DiskButtons({ vm, disk, lock }: { vm: VmDetail; disk: VmDisk; lock: HardwareLock }) {
	const { target } = disk;
	return (
		<span className="flex justify-end gap-1">
			<Button
				isSmall
				icon={Scaling}
				{...lock}
				aria-label={resizeDisk.openOf(target)}
				onClick={() => openFormDialog({ kind: "resizeVmDisk", vm, disk })}
			>
				{resizeDisk.open}
			</Button>
			<IconButton
				isSmall
				icon={Trash2}
				{...lock}
				label={removeDisk.open(target)}
				onClick={() => openFormDialog({ kind: "removeVmDisk", vm, disk })}
			/>
		</span>
	);
}
