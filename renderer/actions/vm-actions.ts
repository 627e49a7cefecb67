import {
	Camera,
	CirclePause,
	CirclePlay,
	CopyPlus,
	HandHelping,
	type LucideIcon,
	Pencil,
	Play,
	Power,
	PowerOff,
	RotateCw,
	Save,
	Square,
	Trash2,
	Undo2,
	Unplug,
} from "lucide-react";
import { toast } from "sonner";
import type { Vm, VmState } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import type { MenuEntry } from "../components/menu.tsx";
import { confirm } from "../stores/confirm.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import { perform } from "./perform.ts";

const words = strings.vms;

export type VmActionId =
	| "start"
	| "stop"
	| "destroy"
	| "pause"
	| "resume"
	| "reboot"
	| "reset"
	| "snapshot"
	| "save"
	| "clone"
	| "rename"
	| "autostartOn"
	| "autostartOff"
	| "adopt"
	| "release"
	| "delete";

export const vmActionIcons: Record<VmActionId, LucideIcon> = {
	start: Play,
	stop: Square,
	destroy: PowerOff,
	pause: CirclePause,
	resume: CirclePlay,
	reboot: RotateCw,
	reset: Undo2,
	snapshot: Camera,
	save: Save,
	clone: CopyPlus,
	rename: Pencil,
	autostartOn: Power,
	autostartOff: Power,
	adopt: HandHelping,
	release: Unplug,
	delete: Trash2,
};

const byState: Record<VmState, readonly VmActionId[]> = {
	running: ["stop", "reboot", "pause", "snapshot", "reset", "destroy"],
	paused: ["resume", "snapshot", "destroy"],
	stopping: ["destroy"],
	stopped: ["start", "snapshot", "save", "clone", "rename", "delete"],
	crashed: ["start", "destroy"],
	suspended: ["resume", "destroy"],
	unknown: [],
};

/**
 * What can be done with a virtual machine now. One of another tool can only be adopted, and copied while it is off; one
 * of a range is acted on by its range.
 */
export function vmActions(vm: Pick<Vm, "state" | "managed" | "owner" | "autostart" | "persistent">): VmActionId[] {
	if (!vm.managed) return vm.state === "stopped" ? ["adopt", "clone"] : ["adopt"];
	if (vm.owner?.kind === "range") return [];
	const autostart = vm.persistent ? [vm.autostart ? ("autostartOff" as const) : ("autostartOn" as const)] : [];
	const actions = byState[vm.state];
	const last = actions.filter((action) => action === "delete");
	return [...actions.filter((action) => action !== "delete"), ...autostart, "release", ...last];
}

const often: ReadonlySet<VmActionId> = new Set(["start", "stop", "resume", "snapshot", "adopt"]);

/** Those that stand in the header of its page; the rest is in its menu. */
export const vmHeaderActions = (actions: readonly VmActionId[]): VmActionId[] =>
	actions.filter((action) => often.has(action));

export const isVmUp = (vm: Pick<Vm, "state">): boolean => vm.state === "running" || vm.state === "paused";

export async function runOnVm(action: VmActionId, vm: Vm): Promise<void> {
	const target = { vm: vm.uuid };
	switch (action) {
		case "snapshot":
			return openFormDialog({ kind: "snapshotVm", vm });
		case "save":
			return openFormDialog({ kind: "saveVm", vm });
		case "clone":
			return openFormDialog({ kind: "cloneVm", vm });
		case "rename":
			return openFormDialog({ kind: "renameVm", vm });
		case "delete":
			return openFormDialog({ kind: "deleteVm", vm });
		case "autostartOn":
		case "autostartOff":
			await perform(() => rpc().vms.setAutostart({ ...target, autostart: action === "autostartOn" }));
			return;
		case "adopt":
			if (!(await asks(words.confirm.adopt(vm.name), words.confirm.adoptBody, words.confirm.adoptAction, true))) return;
			if ((await perform(() => rpc().vms.adopt(target))) !== null) toast.success(words.adopted(vm.name));
			return;
		case "release":
			if ((await perform(() => rpc().vms.release(target))) !== null) toast.success(words.released(vm.name));
			return;
		case "destroy":
			if (!(await asks(words.confirm.destroy(vm.name), words.confirm.destroyBody, words.confirm.destroyAction))) return;
			break;
		case "reset":
			if (!(await asks(words.confirm.reset(vm.name), words.confirm.resetBody, words.confirm.resetAction))) return;
			break;
	}
	await perform(() => rpc().vms[action](target));
}

function asks(title: string, body: string, action: string, isHarmless = false): Promise<boolean> {
	return confirm({ title, body, items: [], action, isHarmless });
}

/** The entries of a virtual machine's menu; those that stand beside it already are left out. */
export function vmEntries(vm: Vm, beside: readonly VmActionId[] = []): MenuEntry[] {
	return vmActions(vm)
		.filter((action) => !beside.includes(action))
		.map((action, at) => ({
			id: action,
			title: words.actions[action],
			icon: vmActionIcons[action],
			isDangerous: action === "delete" || action === "destroy",
			isApart: at > 0 && (action === "delete" || action.startsWith("autostart")),
			run: () => void runOnVm(action, vm),
		}));
}
