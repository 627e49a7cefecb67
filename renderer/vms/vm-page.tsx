import { ArrowLeft, Ellipsis, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { useParams } from "react-router";
import type { Vm, VmDetail } from "../../contract/vms.ts";
import { runOnVm, vmActionIcons, vmActions, vmEntries, vmHeaderActions } from "../actions/vm-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Button, IconButton } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Menu } from "../components/menu.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { vmMarks } from "../components/states.ts";
import { TabbedPanes } from "../components/tabs.tsx";
import { formatBytes } from "../format/bytes.ts";
import { useRequest } from "../hooks/use-request.ts";
import { isTaskOpen, useTasks } from "../stores/tasks.ts";
import { useHypervisor, useVm } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { OwnerBadge } from "./owner-badge.tsx";
import { VmHardware } from "./vm-hardware.tsx";
import { VmLog } from "./vm-log.tsx";
import { VmOverview } from "./vm-overview.tsx";
import { VmSnapshots } from "./vm-snapshots.tsx";
import { VmUsagePane } from "./vm-usage-pane.tsx";
import { VmXml } from "./vm-xml.tsx";

const words = strings.vms.page;

/** One virtual machine: `/machines/vms/UUID`. */
export function VmPage() {
	const { uuid = "", tab = "overview" } = useParams();
	useHypervisor();
	const vm = useVm(uuid);
	// A task that ended may have changed what the list does not tell: its snapshots, what is in its drives.
	const ended = useTasks((state) => state.list.filter((task) => !isTaskOpen(task)).length);
	const answer = useRequest((signal) => rpc().vms.get({ vm: uuid }, { signal }), [uuid, vm, ended]);
	const { error, reload } = answer;
	// The last answer stays while a new one is awaited, and may be another one's.
	const data = answer.data?.uuid === uuid ? answer.data : null;
	if (vm === null && error?.code === "VM_NOT_FOUND") return <VmGone />;
	const shown = vm ?? data;
	if (shown === null) {
		return (
			<Page title={strings.places.machines} name={strings.places.machines}>
				{error !== null && (
					<ErrorNotice error={error} actions={<Button onClick={reload}>{strings.common.tryAgain}</Button>} />
				)}
			</Page>
		);
	}
	return (
		<Page
			name={shown.name}
			title={
				<>
					<span className="selectable truncate">{shown.name}</span>
					<StateMark mark={vmMarks[shown.state]} word={strings.vms.states[shown.state]} isTinted />
				</>
			}
			lead={
				<span className="flex min-w-0 items-center gap-2 text-sm text-muted">
					<OwnerBadge vm={shown} />
					<span aria-hidden="true">·</span>
					<span className="truncate">{strings.vms.allocated(shown.vcpus, formatBytes(shown.memoryBytes))}</span>
				</span>
			}
			actions={<VmButtons vm={shown} />}
			isFlush
		>
			{data === null ? (
				<div className="p-5">{error !== null && <ErrorNotice error={error} />}</div>
			) : (
				<VmTabs vm={{ ...data, ...shown }} tab={tab} />
			)}
		</Page>
	);
}

function VmButtons({ vm }: { vm: Vm }) {
	const actions = vmActions(vm);
	const shown = vmHeaderActions(actions);
	return (
		<>
			<Button icon={ArrowLeft} onClick={() => navigateTo(paths.machines)}>
				{words.back}
			</Button>
			{shown.map((action) => (
				<Button
					key={action}
					icon={vmActionIcons[action]}
					look={action === "start" || action === "resume" ? "primary" : "plain"}
					onClick={() => void runOnVm(action, vm)}
				>
					{strings.vms.actions[action]}
				</Button>
			))}
			{shown.length < actions.length && (
				<Menu label={strings.vms.actionsOf(vm.name)} entries={vmEntries(vm, shown)}>
					<IconButton icon={Ellipsis} label={strings.vms.actionsOf(vm.name)} />
				</Menu>
			)}
		</>
	);
}

/** A pane that scrolls by itself. */
const scrolling = (content: ReactNode) => <div className="h-full overflow-y-auto px-5 py-4">{content}</div>;

function VmTabs({ vm, tab }: { vm: VmDetail; tab: string }) {
	return (
		<TabbedPanes
			label={words.tabsOf(vm.name)}
			value={tab}
			onChange={(next) => navigateTo(paths.vm(vm.uuid, next))}
			panes={[
				{ id: "overview", title: words.tabs.overview, content: scrolling(<VmOverview vm={vm} />) },
				{ id: "hardware", title: words.tabs.hardware, content: scrolling(<VmHardware vm={vm} />) },
				{
					id: "snapshots",
					title: words.tabs.snapshots,
					count: vm.snapshots.length,
					content: scrolling(<VmSnapshots vm={vm} />),
				},
				{ id: "xml", title: words.tabs.xml, content: <VmXml vm={vm} /> },
				{ id: "log", title: words.tabs.log, content: <VmLog vm={vm} /> },
				{ id: "usage", title: words.tabs.usage, content: scrolling(<VmUsagePane vm={vm} />) },
			]}
		/>
	);
}

function VmGone() {
	return (
		<Page title={words.gone} name={words.gone}>
			<EmptyState icon={SearchX} title={words.gone} body={words.goneBody}>
				<Button onClick={() => navigateTo(paths.machines)}>{words.back}</Button>
			</EmptyState>
		</Page>
	);
}
