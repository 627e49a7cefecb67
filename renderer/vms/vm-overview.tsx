import { Link } from "react-router";
import type { VmDetail } from "../../contract/vms.ts";
import { showVmConsole } from "../actions/open-console.ts";
import { isVmUp } from "../actions/vm-actions.ts";
import { paths } from "../app/navigation.ts";
import { CopyText } from "../components/copy-text.tsx";
import { Notice } from "../components/notice.tsx";
import { Facts } from "../components/page.tsx";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { VmConsoles } from "./vm-consoles.tsx";
import { VmThumbnail } from "./vm-thumbnail.tsx";

const words = strings.vms.page;

/** What a virtual machine is, with a picture of its screen. */
export function VmOverview({ vm }: { vm: VmDetail }) {
	const isUp = isVmUp(vm);
	const thumbnail = <VmThumbnail uuid={vm.uuid} name={vm.name} isUp={isUp} width={320} />;
	const notes = [
		...vm.warnings,
		...(vm.hasSavedState ? [words.savedState] : []),
		...(vm.persistent ? [] : [words.transient]),
	];
	return (
		<div className="grid max-w-260 grid-cols-[minmax(0,1fr)_320px] items-start gap-5">
			<div className="grid gap-4">
				{notes.map((note) => (
					<Notice key={note} tone="warn" title={note} />
				))}
				<Facts rows={rowsOf(vm)} />
			</div>
			<div className="grid gap-2">
				{isUp && vm.consoles.includes("vnc") ? (
					<button
						type="button"
						aria-label={strings.vms.screen.open(vm.name)}
						onClick={() => showVmConsole("vnc", vm)}
						className="rounded-md hover:brightness-95"
					>
						{thumbnail}
					</button>
				) : (
					thumbnail
				)}
				<div className="flex gap-1">
					<VmConsoles vm={vm} />
				</div>
			</div>
		</div>
	);
}

/** By libvirt's word for it; there are more than those that are known here. */
const speeds: Partial<Record<string, string>> = words.speeds;

function rowsOf(vm: VmDetail) {
	return [
		...(vm.reason === null ? [] : [{ name: words.state, value: vm.reason }]),
		{
			name: words.addresses,
			value:
				vm.addresses.length === 0 ? (
					words.noAddress
				) : (
					<span className="flex flex-wrap gap-3 pl-1">
						{vm.addresses.map((address) => (
							<CopyText key={address} text={address} label={strings.machines.address} />
						))}
					</span>
				),
		},
		{ name: words.resources, value: words.resourcesValue(vm.vcpus, formatBytes(vm.memoryBytes)) },
		{ name: words.type, value: strings.library.osFamilies[vm.type] },
		{ name: words.speed, value: speeds[vm.virtType] ?? vm.virtType },
		{ name: words.firmware, value: words.firmwares[vm.firmware] },
		{ name: words.tpm, value: vm.tpm ? words.yes : words.no },
		...(vm.machine === null
			? []
			: [{ name: words.machine, value: [vm.machine, vm.architecture].filter((part) => part !== null).join(", ") }]),
		{ name: words.agent, value: vm.agent ? words.agentYes : words.agentNo },
		{ name: words.autostart, value: vm.autostart ? words.yes : words.no },
		{ name: words.owner, value: ownerOf(vm) },
		...(vm.template === null ? [] : [{ name: words.template, value: vm.template }]),
		...(vm.description === null ? [] : [{ name: words.description, value: vm.description }]),
		{ name: words.uuid, value: <CopyText text={vm.uuid} label={words.uuid} /> },
	];
}

function ownerOf({ owner }: VmDetail) {
	if (owner === null) return strings.vms.foreignHint;
	if (owner.kind === "standalone") return strings.vms.standalone;
	return (
		<Link to={paths.range(owner.rangeId)} className="text-accent hover:underline">
			{words.ofRange(owner.range)}
		</Link>
	);
}
