import { Ellipsis } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import type { Vm } from "../../contract/vms.ts";
import { isVmUp, runOnVm, vmActionIcons, vmEntries } from "../actions/vm-actions.ts";
import { paths } from "../app/navigation.ts";
import { Button, IconButton } from "../components/button.tsx";
import { CopyText } from "../components/copy-text.tsx";
import { Menu } from "../components/menu.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { toneText, vmMarks } from "../components/states.ts";
import { formatBytes } from "../format/bytes.ts";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";
import { OwnerBadge } from "./owner-badge.tsx";
import { VmConsoles } from "./vm-consoles.tsx";
import { VmThumbnail } from "./vm-thumbnail.tsx";

/** A virtual machine as a card, with a picture of its screen. Drawn again only when it changed. */
export const VmCard = memo(function VmCard({ vm }: { vm: Vm }) {
	const mark = vmMarks[vm.state];
	// A card has room for one; its page has all.
	const [address] = vm.addresses;
	return (
		<article
			aria-label={vm.name}
			data-state={vm.state}
			className="flex h-full flex-col rounded-lg border border-line bg-surface px-3 pt-2 pb-2"
		>
			<div className="flex h-6 items-center gap-2">
				<h3 className="min-w-0 truncate font-semibold">
					<Link to={paths.vm(vm.uuid)} className="hover:underline">
						{vm.name}
					</Link>
				</h3>
				<span className="ml-auto">
					<StateMark mark={mark} word={strings.vms.states[vm.state]} />
				</span>
			</div>
			<div className="mt-1.5">
				<VmThumbnail uuid={vm.uuid} name={vm.name} isUp={isVmUp(vm)} width={240} isLow />
			</div>
			<p className="mt-1.5 flex min-h-5 items-center gap-3">
				{address === undefined ? (
					<span className="text-sm text-faint">{strings.vms.page.noAddress}</span>
				) : (
					<CopyText text={address} label={strings.machines.address} />
				)}
			</p>
			<p className="truncate text-sm text-muted">
				{strings.library.osFamilies[vm.type]} · {strings.providers.libvirt}
			</p>
			<p className="flex items-center gap-2 truncate text-sm text-muted">
				{strings.vms.allocated(vm.vcpus, formatBytes(vm.memoryBytes))}
				{vm.owner === null && <OwnerBadge vm={vm} />}
			</p>
			{vm.reason !== null && (
				<p className={classes("selectable mt-1 line-clamp-3 text-sm", toneText[mark.tone])} title={vm.reason}>
					{vm.reason}
				</p>
			)}
			<div className="mt-auto flex items-center gap-1 pt-2">
				{!vm.managed && (
					<Button isSmall icon={vmActionIcons.adopt} onClick={() => void runOnVm("adopt", vm)}>
						{strings.vms.actions.adopt}
					</Button>
				)}
				<VmConsoles vm={vm} />
				<span className="ml-auto">
					<Menu label={strings.vms.actionsOf(vm.name)} entries={vmEntries(vm)}>
						<IconButton isSmall icon={Ellipsis} label={strings.vms.actionsOf(vm.name)} />
					</Menu>
				</span>
			</div>
		</article>
	);
});
