import { Disc, DiscAlbum } from "lucide-react";
import type { VmDetail } from "../../contract/vms.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { shell } from "../bridge/shell.ts";
import { Button } from "../components/button.tsx";
import { Section } from "../components/page.tsx";
import { strings } from "../strings.ts";
import type { HardwareLock } from "./hardware-lock.tsx";
import { PartsTable } from "./parts-table.tsx";

const words = strings.vms.hardware;

/** The CD drives of a virtual machine, and the ISOs in them. */
export function VmDrives({ vm, lock }: { vm: VmDetail; lock: HardwareLock }) {
	return (
		<Section title={words.cdroms}>
			<PartsTable
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
						<DriveButtons key="buttons" uuid={vm.uuid} target={target} isEmpty={source === null} lock={lock} />,
					],
				}))}
			/>
		</Section>
	);
}

function DriveButtons(props: { uuid: string; target: string; isEmpty: boolean; lock: HardwareLock }) {
	const { uuid: vm, target, isEmpty, lock } = props;
	const insert = async (): Promise<void> => {
		const path = await shell().choosePath({ kind: "open", what: "iso" });
		if (path !== null) await perform(() => rpc().vms.insertIso({ vm, path, target }));
	};
	return (
		<span className="flex justify-end gap-1">
			<Button isSmall icon={DiscAlbum} {...lock} aria-label={words.insertInto(target)} onClick={() => void insert()}>
				{words.insert}
			</Button>
			{!isEmpty && (
				<Button
					isSmall
					icon={Disc}
					{...lock}
					aria-label={words.ejectFrom(target)}
					onClick={() => void perform(() => rpc().vms.ejectIso({ vm, target }))}
				>
					{words.eject}
				</Button>
			)}
		</span>
	);
}
