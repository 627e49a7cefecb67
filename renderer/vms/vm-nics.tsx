import { EthernetPort, Trash2, Waypoints } from "lucide-react";
import type { VmDetail, VmNic } from "../../contract/vms.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { Button, IconButton } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { confirm } from "../stores/confirm.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import type { HardwareLock } from "./hardware-lock.tsx";
import { HardwareSection } from "./hardware-section.tsx";
import { PartsTable } from "./parts-table.tsx";
import { isOff } from "./vm-change.ts";

const words = strings.vms.hardware;
const change = strings.vms.change.nic;

/** The network cards of a virtual machine, and where they are plugged in. */
export function VmNics({ vm, lock }: { vm: VmDetail; lock: HardwareLock }) {
	return (
		<HardwareSection
			title={words.nics}
			change={{
				icon: EthernetPort,
				text: change.add,
				open: () => openFormDialog({ kind: "plugVmNic", vm, moved: null }),
			}}
			lock={lock}
		>
			<PartsTable
				label={words.nics}
				none={words.noNics}
				heads={[words.mac, words.plugged, words.address, ""]}
				rows={vm.nics.map((nic) => ({
					key: nic.mac,
					cells: [
						<CopyText key="mac" text={nic.mac} label={words.mac} />,
						[words.kinds[nic.kind], nic.source, nic.device].filter((part) => part !== null).join(" · "),
						nic.addresses.length === 0
							? strings.vms.page.noAddress
							: nic.addresses.map((address) => <CopyText key={address} text={address} label={words.address} />),
						<NicButtons key="buttons" vm={vm} nic={nic} lock={lock} />,
					],
				}))}
			/>
		</HardwareSection>
	);
}

function NicButtons({ vm, nic: { mac }, lock }: { vm: VmDetail; nic: VmNic; lock: HardwareLock }) {
	const remove = async (): Promise<void> => {
		const isAgreed = await confirm({
			title: change.removeTitle(mac),
			body: isOff(vm) ? change.removeBodyOff : change.removeBodyOn,
			items: [],
			action: change.removeAction,
		});
		if (isAgreed) await perform(() => rpc().vms.change({ vm: vm.uuid, removeNics: [mac] }));
	};
	return (
		<span className="flex justify-end gap-1">
			<Button
				isSmall
				icon={Waypoints}
				{...lock}
				aria-label={change.moveOf(mac)}
				onClick={() => openFormDialog({ kind: "plugVmNic", vm, moved: mac })}
			>
				{change.move}
			</Button>
			<IconButton isSmall icon={Trash2} {...lock} label={change.remove(mac)} onClick={() => void remove()} />
		</span>
	);
}
