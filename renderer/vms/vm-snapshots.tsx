import { Camera, History, Trash2 } from "lucide-react";
import { useMemo } from "react";
import type { VmSnapshot } from "../../contract/vm-snapshots.ts";
import type { Vm, VmDetail } from "../../contract/vms.ts";
import { perform } from "../actions/perform.ts";
import { runOnVm, vmActions } from "../actions/vm-actions.ts";
import { rpc } from "../bridge/client.ts";
import { Button, IconButton } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { formatDateTime } from "../format/time.ts";
import { confirm } from "../stores/confirm.ts";
import { strings } from "../strings.ts";
import { type SnapshotBranch, snapshotBranches } from "./snapshot-branches.ts";

const words = strings.vms.snapshots;

/** The snapshots of a virtual machine as a tree, and the way back to each. */
export function VmSnapshots({ vm }: { vm: VmDetail }) {
	const branches = useMemo(() => snapshotBranches(vm.snapshots), [vm.snapshots]);
	const canTake = vmActions(vm).includes("snapshot");
	const take = canTake && (
		<Button icon={Camera} onClick={() => void runOnVm("snapshot", vm)}>
			{strings.vms.actions.snapshot}
		</Button>
	);
	if (branches.length === 0) {
		return (
			<EmptyState icon={Camera} title={words.none} body={words.noneBody}>
				{take}
			</EmptyState>
		);
	}
	return (
		<div className="grid max-w-220 gap-3">
			<ul aria-label={words.tree} className="rounded-lg border border-line bg-surface px-4 py-2">
				{branches.map((branch) => (
					<Branch key={branch.snapshot.name} vm={vm} branch={branch} />
				))}
			</ul>
			<div>{take}</div>
		</div>
	);
}

function Branch({ vm, branch: { snapshot, children } }: { vm: Vm; branch: SnapshotBranch }) {
	const facts = words.facts(strings.vms.methods[snapshot.method], strings.vms.snapshotStates[snapshot.state]);
	return (
		<li>
			<div className="flex min-h-8 items-center gap-2">
				<Camera size={14} aria-hidden="true" className="shrink-0 text-faint" />
				<span className="truncate font-medium" title={snapshot.description}>
					{snapshot.name}
				</span>
				{snapshot.isCurrent && <span className="text-sm font-medium text-accent">{words.here}</span>}
				<span className="truncate text-sm text-faint">
					{facts}, {formatDateTime(snapshot.createdAt)}
				</span>
				<span className="ml-auto flex shrink-0 gap-1">
					{vm.managed && <SnapshotButtons vm={vm} snapshot={snapshot} />}
				</span>
			</div>
			{snapshot.revertProblem !== null && <p className="pl-6 text-sm text-warn">{snapshot.revertProblem}</p>}
			{children.length > 0 && (
				<ul className="ml-1.75 border-l border-line pl-4">
					{children.map((child) => (
						<Branch key={child.snapshot.name} vm={vm} branch={child} />
					))}
				</ul>
			)}
		</li>
	);
}

function SnapshotButtons({ vm, snapshot }: { vm: Vm; snapshot: VmSnapshot }) {
	const { name, revertProblem, deleteProblem } = snapshot;
	const target = { vm: vm.uuid, snapshot: name };
	const asked = strings.vms.confirm;
	const revert = async (): Promise<void> => {
		const isAgreed = await confirm({
			title: asked.revert(name),
			body: asked.revertBody,
			items: [],
			action: asked.revertAction,
		});
		if (isAgreed) await perform(() => rpc().vms.snapshots.revert(target));
	};
	const remove = async (): Promise<void> => {
		const isAgreed = await confirm({
			title: asked.deleteSnapshot(name),
			body: asked.deleteSnapshotBody,
			items: [],
			action: asked.deleteSnapshotAction,
		});
		if (isAgreed) await perform(() => rpc().vms.snapshots.delete(target));
	};
	return (
		<>
			<Button
				isSmall
				icon={History}
				disabled={revertProblem !== null}
				aria-label={words.revertTo(name)}
				onClick={() => void revert()}
			>
				{words.revert}
			</Button>
			<IconButton
				isSmall
				icon={Trash2}
				label={deleteProblem ?? words.removeOf(name)}
				disabled={deleteProblem !== null}
				onClick={() => void remove()}
			/>
		</>
	);
}
