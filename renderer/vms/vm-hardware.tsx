import { Cpu } from "lucide-react";
import type { VmDetail } from "../../contract/vms.ts";
import { Notice } from "../components/notice.tsx";
import { Facts, Section } from "../components/page.tsx";
import { formatBytes } from "../format/bytes.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import { useHardwareLock } from "./hardware-lock.tsx";
import { HardwareSection } from "./hardware-section.tsx";
import { PartsTable } from "./parts-table.tsx";
import { VmDisks } from "./vm-disks.tsx";
import { VmDrives } from "./vm-drives.tsx";
import { VmNics } from "./vm-nics.tsx";

const words = strings.vms.hardware;
const { sizes } = strings.vms.change;

/** What a virtual machine is made of, and the ways to change it. */
export function VmHardware({ vm }: { vm: VmDetail }) {
	const { lock, notice } = useHardwareLock(vm);
	return (
		<div className="max-w-260">
			{notice}
			{vm.waiting.length > 0 && (
				<div className="mb-4">
					<Notice tone="pause" title={vm.waiting.join(" ")} />
				</div>
			)}
			<HardwareSection
				title={sizes.section}
				change={{
					icon: Cpu,
					text: sizes.open,
					label: sizes.openLabel,
					open: () => openFormDialog({ kind: "sizesOfVm", vm }),
				}}
				lock={lock}
			>
				<Facts
					rows={[
						{ name: sizes.cpus, value: vm.vcpus },
						{ name: sizes.memory, value: formatBytes(vm.memoryBytes) },
					]}
				/>
			</HardwareSection>
			<VmDisks vm={vm} lock={lock} />
			<VmDrives vm={vm} lock={lock} />
			<VmNics vm={vm} lock={lock} />
			<Section title={words.graphics}>
				<PartsTable
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
