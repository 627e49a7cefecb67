import { toErrorInfo } from "../../contract/errors.ts";
import type { DiskPool } from "../images/disks/disk-pool.ts";
import type { RangeConnection } from "../ranges/connections.ts";
import type { OperationParts } from "../ranges/parts.ts";
import type { RangeRecord } from "../ranges/record.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { bringDisk, removeFiles } from "./bring-disk.ts";
import { bringImages } from "./bring-images.ts";
import { type SavedDisks, saveInstant } from "./save-instant.ts";
import { isVm, type MachineToSave, type SavedMachine } from "./saved-machine.ts";
import { heldSnapshots, removeSnapshotImage, snapshotImage } from "./snapshot-image.ts";

interface Request {
	readonly range: RangeRecord;
	readonly task: TaskRun;
	/** Where the disks of VMs come. */
	readonly pool: DiskPool;
}

const saveStep = { id: "save", title: "Save the disks inside the range" };
const bringStep = { id: "bring", title: "Bring them into the library" };
const clearStep = { id: "clear", title: "Clear up inside the range" };
const clearLimitMs = 120_000;

/**
 * Saves machines of one range, all as they are in the same instant, and brings their images to the host engine and
 * their disks into the pool. When it fails or is cancelled nothing of it is left, and the machines run on in any case.
 */
export async function saveMachines(
	parts: OperationParts,
	connection: RangeConnection,
	request: Request,
	wanted: readonly MachineToSave[],
): Promise<SavedMachine[]> {
	const { range, task, pool } = request;
	const { deps } = parts;
	task.plan([saveStep, bringStep, clearStep]);
	/** The work gives what is to be noted about the step, if anything. */
	const step = async ({ id }: { id: string }, work: () => Promise<string>): Promise<void> => {
		task.signal.throwIfAborted();
		task.start(id);
		deps.onStep?.({ rangeId: range.id, id, moment: "begun" });
		try {
			const note = await work();
			deps.onStep?.({ rangeId: range.id, id, moment: "ended" });
			task.done(id, note === "" ? undefined : note);
		} catch (error) {
			task.fail(id, task.signal.aborted ? "cancelled" : error instanceof Error ? error.message : String(error));
			throw error;
		}
	};
	let disks: SavedDisks = new Map();
	let saved: SavedMachine[] = [];
	try {
		await step(saveStep, async () => {
			await clearInner(range, connection, task.signal);
			disks = await saveInstant(parts, connection, range, wanted, task.signal);
			const words = wanted.map(({ id, machine }) => ({ name: machine.spec.name, why: disks.get(id)?.unquiet ?? null }));
			return words.flatMap(({ name, why }) => (why === null ? [] : `${name}: ${why}`)).join("; ");
		});
		await step(bringStep, async () => {
			saved = await bringAll(parts, connection, request, wanted, disks);
			return "";
		});
		await step(clearStep, async () => {
			await clearInner(range, connection, task.signal);
			return (await joinDisks(parts, wanted, task.signal)).join(" ");
		});
		return saved;
	} catch (error) {
		await clearUp(parts, connection, wanted, pool);
		throw error;
	}
}

/** What saved machines left after a failure. What cannot be removed now, the next start of the engine finds. */
export async function clearUp(
	parts: Pick<OperationParts, "deps">,
	{ inner, host }: Pick<RangeConnection, "inner" | "host">,
	machines: readonly MachineToSave[],
	pool: DiskPool,
): Promise<void> {
	const { log } = parts.deps;
	const limit = AbortSignal.timeout(clearLimitMs);
	for (const engine of [inner, host]) {
		for (const one of machines.filter((each) => !isVm(each))) {
			await removeSnapshotImage(engine, one.id, limit).catch((error: unknown) => {
				log.warn(
					{ error, snapshot: one.id, engine: engine.label },
					"a half-made snapshot's image could not be removed",
				);
			});
		}
	}
	for (const { id } of machines.filter(isVm)) {
		await removeFiles(pool, id).catch((error: unknown) => {
			log.warn({ error, snapshot: id }, "a half-made snapshot's disk could not be removed");
		});
	}
	await joinDisks(parts, machines, limit);
}

/**
 * Lets VMs write to their own disks again. One where that fails runs on as it is, and the next snapshot or start of an
 * engine does it: what was saved is none the worse. Gives a sentence for each of them.
 */
async function joinDisks(
	{ deps }: Pick<OperationParts, "deps">,
	machines: readonly MachineToSave[],
	signal: AbortSignal,
): Promise<string[]> {
	const words: string[] = [];
	for (const { machine } of machines.filter(isVm)) {
		const { name } = machine.spec;
		const later = `${name} goes on with one file more until the next snapshot`;
		try {
			if (await deps.vms.disks.join(machine.engineId ?? "", signal)) continue;
			words.push(`${later}, since it is off.`);
		} catch (error) {
			signal.throwIfAborted();
			deps.log.warn({ error, machine: name }, "the disk of a VM could not be joined after it was saved");
			words.push(`${later}: ${toErrorInfo(error).message}`);
		}
	}
	return words;
}

/** One stream for the images of all containers, then the disks of VMs one by one. */
async function bringAll(
	{ deps }: OperationParts,
	connection: RangeConnection,
	{ range, task, pool }: Request,
	wanted: readonly MachineToSave[],
	disks: SavedDisks,
): Promise<SavedMachine[]> {
	const { signal } = task;
	const tell = (note?: string) => ({
		signal,
		onProgress: (done: number, total: number | null) =>
			task.progress(bringStep.id, { unit: "bytes", done, total }, note),
	});
	const containers = wanted.filter((one) => !isVm(one));
	const saved = containers.length === 0 ? [] : await bringImages(connection, containers, tell());
	for (const one of wanted.filter(isVm)) {
		const standing = disks.get(one.id);
		if (standing === undefined) throw new Error(`${one.machine.spec.name} was not saved`);
		const others = saved.flatMap((other) => (other.saved.kind === "disk" ? other.saved.disk : []));
		const from = { vms: deps.vms.disks, pool, rangeName: range.name, others };
		const disk = await bringDisk(from, one, standing, tell(`the disk of ${one.machine.spec.name}`));
		saved.push({ ...one, saved: { kind: "disk", disk } });
	}
	// In the order of the range.
	return wanted.flatMap(({ id }) => saved.find((one) => one.id === id) ?? []);
}

/** Removes images of snapshots from a range's engine that none of its machines stands on. */
export async function clearInner(
	range: Pick<RangeRecord, "machines">,
	{ inner }: Pick<RangeConnection, "inner">,
	signal: AbortSignal,
): Promise<void> {
	const needed = new Set(range.machines.map(({ spec }) => spec.image));
	for (const id of await heldSnapshots(inner, signal)) {
		if (!needed.has(snapshotImage(id))) await removeSnapshotImage(inner, id, signal);
	}
}
