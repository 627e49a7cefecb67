import { newId } from "../db/new-id.ts";
import type { DiskPool } from "../images/disks/disk-pool.ts";
import { isCancelled, isEngineEnding } from "../ranges/interruption.ts";
import type { LifecycleRequest } from "../ranges/lifecycle-operations.ts";
import { OperationEvents } from "../ranges/operation-events.ts";
import type { OperationParts } from "../ranges/parts.ts";
import { connectRunning } from "../ranges/range-site.ts";
import type { MachineRecord } from "../ranges/record.ts";
import { clearUp, saveMachines } from "./save-machines.ts";
import { savedBlueprint, snapshotRecord } from "./snapshot-record.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

interface Wanted {
	readonly name: string;
	readonly description: string;
	readonly tags: readonly string[];
	readonly store: SnapshotStore;
	readonly pool: DiskPool;
	/** Holds the ids while their images are on the way. */
	readonly underWay: Set<string>;
}

/**
 * Takes a snapshot of one machine, or of the whole range when none is named. The rows are written last, in one
 * transaction: until then there is nothing that anybody could start from.
 */
export async function takeSnapshots(
	parts: OperationParts,
	request: LifecycleRequest & { readonly machine: MachineRecord | null },
	wanted: Wanted,
): Promise<void> {
	const { range, task, actor, machine } = request;
	const title =
		machine === null
			? `Snapshot ${range.name} as ${wanted.name}`
			: `Snapshot ${machine.spec.name} of ${range.name} as ${wanted.name}`;
	const events = new OperationEvents(parts.deps.events, {
		range,
		actor,
		type: machine === null ? "range.snapshot" : "machine.snapshot",
		title,
		machine: machine?.spec.name,
	});
	events.started();
	try {
		await take(parts, request, wanted);
	} catch (error) {
		if (isEngineEnding(task.signal)) throw error;
		if (isCancelled(task.signal)) events.cancelled("Nothing of it is left.");
		else events.failed(error, "Nothing of it is left.");
		throw error;
	}
	events.done();
}

async function take(
	parts: OperationParts,
	{ range, task, machine }: LifecycleRequest & { readonly machine: MachineRecord | null },
	{ name, description, tags, store, pool, underWay }: Wanted,
): Promise<void> {
	const connection = await connectRunning(parts, range, "nothing of it can be saved", task.signal);
	const machines = machine === null ? range.machines : [machine];
	const wanted = machines.map((one) => ({ id: newId(), machine: one }));
	for (const { id } of wanted) underWay.add(id);
	// As they are in this moment; the range can change when the images are on their way.
	const { blueprint } = range;
	const { text, file } = parts.store.blueprintText(range.id);
	try {
		const saved = await saveMachines(parts, connection, { range, task, pool }, wanted);
		const createdAt = new Date().toISOString();
		const rangeSnapshotId = machine === null ? newId() : null;
		const records = saved.map((one) =>
			snapshotRecord(store, range, one, {
				name: machine === null ? `${name}/${one.machine.spec.name}` : name,
				description,
				tags,
				rangeSnapshotId,
				createdAt,
			}),
		);
		const whole =
			rangeSnapshotId === null
				? null
				: {
						id: rangeSnapshotId,
						name,
						description,
						rangeId: range.id,
						rangeName: range.name,
						blueprintText: text,
						blueprintFile: file,
						blueprint: savedBlueprint(blueprint, records),
						createdAt,
					};
		try {
			const disks = saved.flatMap((one) => (one.saved.kind === "disk" ? one.saved.disk : []));
			store.add(records, whole, disks);
		} catch (error) {
			await clearUp(parts, connection, wanted, pool);
			throw error;
		}
		await store.flush();
	} finally {
		for (const { id } of wanted) underWay.delete(id);
	}
}
