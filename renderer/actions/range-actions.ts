import {
	Camera,
	CirclePause,
	CirclePlay,
	CirclePlus,
	FileDiff,
	History,
	type LucideIcon,
	Play,
	RotateCw,
	Square,
	Trash2,
} from "lucide-react";
import type { Machine, RangeDetail, RangeState } from "../../contract/ranges.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { confirm } from "../stores/confirm.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import { perform } from "./perform.ts";

export type RangeActionId =
	| "start"
	| "retry"
	| "stop"
	| "restart"
	| "pause"
	| "resume"
	| "addMachine"
	| "update"
	| "snapshot"
	| "restore"
	| "continueInterrupted"
	| "destroy";
export type MachineActionId = Exclude<
	RangeActionId,
	"addMachine" | "update" | "restore" | "continueInterrupted" | "destroy"
>;

export const actionIcons: Record<RangeActionId, LucideIcon> = {
	start: Play,
	retry: RotateCw,
	stop: Square,
	restart: RotateCw,
	pause: CirclePause,
	resume: CirclePlay,
	addMachine: CirclePlus,
	update: FileDiff,
	snapshot: Camera,
	restore: History,
	continueInterrupted: RotateCw,
	destroy: Trash2,
};

const byState: Record<RangeState, readonly RangeActionId[]> = {
	deploying: [],
	running: ["stop", "restart", "pause", "addMachine", "update", "snapshot", "restore", "destroy"],
	degraded: ["retry", "stop", "restart", "addMachine", "update", "snapshot", "restore", "destroy"],
	stopping: [],
	stopped: ["start", "addMachine", "destroy"],
	starting: [],
	paused: ["resume", "stop", "destroy"],
	destroying: [],
	failed: ["retry", "destroy"],
};

/** What can be done with a range now. While a task acts on it: nothing but cancelling that task. */
export function rangeActions(range: Pick<RangeDetail, "state" | "taskId" | "interrupted">): readonly RangeActionId[] {
	if (range.taskId !== null) return [];
	// An update that cannot be continued as it is, another one mends.
	const isMendable = range.interrupted === "update" && byState[range.state].includes("update");
	if (range.interrupted !== null)
		return ["continueInterrupted", ...(isMendable ? (["update"] as const) : []), "destroy"];
	return byState[range.state];
}

/** What can be done with one machine now. Machines live only while their range does. */
export function machineActions(
	range: Pick<RangeDetail, "state" | "taskId" | "interrupted">,
	machine: Pick<Machine, "state">,
): readonly MachineActionId[] {
	if (range.taskId !== null || range.interrupted !== null) return [];
	if (range.state !== "running" && range.state !== "degraded") return [];
	switch (machine.state) {
		case "running":
		case "ready":
			return ["stop", "restart", "pause", "snapshot"];
		case "paused":
			return ["resume", "stop", "snapshot"];
		case "stopped":
			return ["start", "snapshot"];
		case "failed":
			return ["retry"];
		case "creating":
		case "starting":
		case "stopping":
			return [];
	}
}

/** Those that stand in a range's header: all of a few, of many the ones that are wanted often. The rest is in its menu. */
export function headerActions(actions: readonly RangeActionId[]): readonly RangeActionId[] {
	return actions.length <= 3 ? actions : actions.filter((action) => often.has(action));
}

const often: ReadonlySet<RangeActionId> = new Set(["start", "retry", "stop", "addMachine", "snapshot"]);

/** Starts the action on each range; what cannot be undone asks first. */
export async function runOnRanges(action: RangeActionId, ranges: readonly RangeDetail[]): Promise<void> {
	const able = ranges.filter((range) => rangeActions(range).includes(action));
	const first = able[0];
	if (first === undefined) return;
	// Each range is compared with its own blueprint on a page of its own.
	if (action === "update") return navigateTo(paths.update(first.id));
	if (action === "addMachine") return openFormDialog({ kind: "addMachine", range: first });
	if (action === "snapshot") return openFormDialog({ kind: "snapshotRange", range: first });
	if (action === "restore") return openFormDialog({ kind: "restoreRange", range: first });
	if (action === "destroy") {
		const isConfirmed = await confirm({
			title: able.length === 1 ? strings.confirm.destroyOne(first.name) : strings.confirm.destroyMany(able.length),
			body: strings.confirm.destroyBody(able.reduce((sum, range) => sum + range.machines.length, 0)),
			items: able.length === 1 ? [] : able.map((range) => range.name),
			action: strings.confirm.destroy,
		});
		if (!isConfirmed) return;
	}
	await Promise.all(able.map((range) => perform(() => rpc().ranges[action]({ range: range.id }))));
}

export async function runOnMachine(action: MachineActionId, range: RangeDetail, machine: Machine): Promise<void> {
	if (action === "snapshot") return openFormDialog({ kind: "snapshotMachine", range, machine: machine.name });
	await perform(() => rpc().ranges[action]({ range: range.id, machine: machine.name }));
}

/** Asks the engine to cancel a task; its steps show how it is undone. */
export async function cancelTask(taskId: string): Promise<void> {
	await perform(() => rpc().tasks.cancel({ taskId }));
}
