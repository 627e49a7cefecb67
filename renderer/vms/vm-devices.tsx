import { useId } from "react";
import type { HostDevice, HypervisorHost } from "../../contract/hypervisor.ts";
import { rpc } from "../bridge/client.ts";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { classes } from "../format/join.ts";
import { useRequest } from "../hooks/use-request.ts";
import { strings } from "../strings.ts";
import type { DraftProps } from "./create-vm-page.tsx";
import { type DeviceGroup, deviceGroups, isGroupChosen, toggleGroup } from "./device-groups.ts";

const words = strings.vms.change.devices;

/** The devices of the host that a virtual machine could have for itself, by the groups in which they go. */
export function VmDevices({ draft, issues, onChange, host }: DraftProps & { host: HypervisorHost }) {
	const { data, error } = useRequest((signal) => rpc().vms.hostDevices({}, { signal }), []);
	if (error !== null) return <ErrorNotice error={error} />;
	if (data === null) return <p role="status">{words.looking}</p>;
	const groups = deviceGroups(data);
	if (groups.length === 0) return <NoGroups host={host} />;
	return (
		<div className="grid gap-3">
			<p className="text-muted">
				{words.body} {words.laptop}
			</p>
			{groups.every(({ addresses }) => addresses.length === 0) && <Notice tone="warn" title={words.noneSafe} />}
			<fieldset aria-label={words.section} className="grid gap-2">
				{groups.map((group) => (
					<Group
						key={group.id}
						group={group}
						isChosen={isGroupChosen(group, draft.hostDevices)}
						onToggle={() => onChange({ hostDevices: toggleGroup(group, draft.hostDevices) })}
					/>
				))}
			</fieldset>
			{issues.hostDevices !== undefined && (
				<p role="alert" className="text-sm text-bad">
					{issues.hostDevices}
				</p>
			)}
		</div>
	);
}

/** Why there is nothing to choose, and what helps: as the engine says it of this host. */
function NoGroups({ host }: { host: HypervisorHost }) {
	const { reason, remedy } = host.abilities.passthrough;
	return (
		<Notice tone="idle" title={words.none}>
			<p className="text-muted">{reason ?? words.noneBody}</p>
			<p className="text-muted">{remedy ?? words.noneRemedy}</p>
			<p className="mt-1 text-muted">{words.laptop}</p>
		</Notice>
	);
}

function Group({ group, isChosen, onToggle }: { group: DeviceGroup; isChosen: boolean; onToggle: () => void }) {
	const id = useId();
	const isSafe = group.addresses.length > 0;
	return (
		<div
			className={classes(
				"grid grid-cols-[14px_minmax(0,1fr)] items-start gap-x-2 rounded-md border px-3 py-2",
				isChosen ? "border-accent bg-selected" : "border-line",
				!isSafe && "opacity-70",
			)}
		>
			<input
				id={id}
				type="checkbox"
				checked={isChosen}
				disabled={!isSafe}
				onChange={onToggle}
				aria-describedby={`${id}-devices`}
				className="mt-1 size-3.5 accent-accent"
			/>
			<label htmlFor={id} className="font-medium">
				{group.id === null ? words.noGroup : words.group(group.id)}
			</label>
			<div id={`${id}-devices`} className="col-start-2 text-sm">
				<ul>
					{group.devices.map((device) => (
						<Device key={device.address} device={device} />
					))}
				</ul>
				{group.reasons.map((reason) => (
					<p key={reason} className="text-warn">
						{reason}
					</p>
				))}
			</div>
		</div>
	);
}

function Device({ device: { address, title, category, driver } }: { device: HostDevice }) {
	return (
		<li className="flex flex-wrap gap-x-2 text-muted">
			<span className="selectable font-mono text-text">{address}</span>
			<span>{title}</span>
			{driver !== null && <span>({words.usedBy(driver)})</span>}
			{category === "bridge" && <span>{words.stays}</span>}
		</li>
	);
}
