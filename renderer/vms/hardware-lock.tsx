import { useId } from "react";
import { Link } from "react-router";
import type { Vm } from "../../contract/vms.ts";
import { runOnVm, vmActionIcons } from "../actions/vm-actions.ts";
import { paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { Notice } from "../components/notice.tsx";
import { strings } from "../strings.ts";
import { changeProblem } from "./vm-change.ts";

/** What the buttons of a change get: whether they can be pressed, and where it is said why not. */
export interface HardwareLock {
	readonly disabled: boolean;
	readonly "aria-describedby"?: string;
}

/** The lock of a virtual machine's hardware, with the sentence that explains it; null where all may be changed. */
export function useHardwareLock(vm: Vm) {
	const id = useId();
	const problem = changeProblem(vm);
	const lock: HardwareLock = problem === null ? { disabled: false } : { disabled: true, "aria-describedby": id };
	const notice = problem === null ? null : <LockNotice id={id} vm={vm} problem={problem} />;
	return { lock, notice };
}

function LockNotice({ id, vm, problem }: { id: string; vm: Vm; problem: string }) {
	return (
		<div id={id} className="mb-4">
			<Notice tone="idle" title={problem} actions={<WayOut vm={vm} />} />
		</div>
	);
}

function WayOut({ vm }: { vm: Vm }) {
	if (vm.owner?.kind === "range") {
		return (
			<Link to={paths.range(vm.owner.rangeId)} className="text-accent hover:underline">
				{strings.vms.change.openRange}
			</Link>
		);
	}
	return (
		<Button isSmall icon={vmActionIcons.adopt} onClick={() => void runOnVm("adopt", vm)}>
			{strings.vms.actions.adopt}
		</Button>
	);
}
