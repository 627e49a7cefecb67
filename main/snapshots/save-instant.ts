import { HomerangeError } from "../../contract/errors.ts";
import { commitContainer } from "../docker/commit.ts";
import type { DiskToSplit, StandingDisk } from "../providers/libvirt/range-vms.ts";
import type { ObservedMachine } from "../providers/machine-provider.ts";
import type { RangeConnection } from "../ranges/connections.ts";
import type { OperationParts } from "../ranges/parts.ts";
import type { RangeRecord } from "../ranges/record.ts";
import { type RunningMachine, whileFrozen } from "./freeze.ts";
import { isVm, type MachineToSave } from "./saved-machine.ts";
import { snapshotLabels, snapshotRepository } from "./snapshot-image.ts";

/** Disks of VMs, by the ids of their snapshots. */
export type SavedDisks = ReadonlyMap<string, StandingDisk>;

/** Not the task's signal: what libvirt was asked for it would do all the same, after nobody looks for it any more. */
const splitLimitMs = 60_000;

/**
 * Saves the disks of machines inside their range, all as they are in the same instant: containers by a commit while
 * they are frozen, VMs by splitting their disks meanwhile. Gives the VMs' disks.
 */
export async function saveInstant(
	{ deps, states }: OperationParts,
	connection: RangeConnection,
	range: RangeRecord,
	wanted: readonly MachineToSave[],
	signal: AbortSignal,
): Promise<SavedDisks> {
	const { inner, provider } = connection;
	const seen = new Map<string, ObservedMachine>();
	await Promise.all(wanted.map(async (one) => seen.set(one.id, await look(range, one, connection, signal))));
	const containers = wanted.filter((one) => !isVm(one)).flatMap(({ id }) => seen.get(id) ?? []);
	const running = containers.filter(({ status }) => status === "running").map(toRunning);
	const disks = new Map<string, DiskToSplit>();
	for (const one of wanted.filter(isVm)) {
		const { engineId, spec } = one.machine;
		disks.set(one.id, await deps.vms.disks.prepare(engineId ?? "", spec.image, signal));
	}
	const split = new Map<string, StandingDisk>();
	for (const { machine } of wanted) states.claim(machine);
	try {
		await whileFrozen(connection, running, async () => {
			deps.onStep?.({ rangeId: range.id, id: "frozen", moment: "begun" });
			const limit = AbortSignal.timeout(splitLimitMs);
			const commits = wanted.map(async ({ id }) => {
				const disk = disks.get(id);
				if (disk !== undefined) return void split.set(id, await disk.split(limit));
				await commitContainer(inner, seen.get(id)?.engineId ?? "", {
					repo: snapshotRepository,
					tag: id,
					labels: snapshotLabels(deps.owner, id),
				});
			});
			// All of them end before the machines go on, however one of them ends.
			const failed = (await Promise.allSettled(commits)).find((result) => result.status === "rejected");
			if (failed !== undefined) throw failed.reason;
			deps.onStep?.({ rangeId: range.id, id: "frozen", moment: "ended" });
		});
		return split;
	} finally {
		for (const { machine } of wanted) {
			if (states.release(machine) && !signal.aborted) await states.happened(range, machine, provider, signal);
		}
	}
}

async function look(
	range: RangeRecord,
	{ machine: { engineId, spec } }: MachineToSave,
	{ provider }: RangeConnection,
	signal: AbortSignal,
): Promise<ObservedMachine> {
	const seen = engineId === null ? null : await provider.inspect(engineId, signal);
	if (seen !== null) return seen;
	throw new HomerangeError("STATE_CONFLICT", `${spec.name} of ${range.name} does not exist, so it cannot be saved.`, {
		remedy: "Start the range, which makes it again.",
		place: spec.name,
	});
}

function toRunning({ name, engineId, processId }: ObservedMachine): RunningMachine {
	// The inner engine may be anybody's: only what can be a machine's process is taken.
	if (processId === null || processId < 2 || processId >= 2 ** 31) {
		throw new HomerangeError("ENGINE_REFUSED", `The range's engine does not say which process ${name} is.`, {
			place: name,
		});
	}
	return { name, engineId, processId };
}
