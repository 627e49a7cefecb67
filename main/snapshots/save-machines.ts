import { HomerangeError } from "../../contract/errors.ts";
import { commitContainer } from "../docker/commit.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ImageFacts, inspectImage, isSameImage } from "../docker/image-inspect.ts";
import { streamMissing } from "../docker/image-stream.ts";
import { chainIds, filesToLeaveOut } from "../docker/layer-chains.ts";
import { onlyTheseImages } from "../docker/saved-images.ts";
import type { ObservedMachine } from "../providers/machine-provider.ts";
import type { RangeConnection } from "../ranges/connections.ts";
import type { OperationParts } from "../ranges/parts.ts";
import type { MachineRecord, RangeRecord } from "../ranges/record.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { type RunningMachine, whileFrozen } from "./freeze.ts";
import {
	heldSnapshots,
	removeSnapshotImage,
	snapshotImage,
	snapshotLabels,
	snapshotRepository,
} from "./snapshot-image.ts";

/** A machine to be saved, and the id that its snapshot will have. */
export interface MachineToSave {
	readonly id: string;
	readonly machine: MachineRecord;
}

/** A machine whose image is in the library. */
export interface SavedMachine extends MachineToSave {
	readonly facts: ImageFacts;
	readonly ownBytes: number;
}

interface Request {
	readonly range: RangeRecord;
	readonly task: TaskRun;
}

const saveStep = { id: "save", title: "Save the disks inside the range" };
const bringStep = { id: "bring", title: "Bring them into the library" };
const clearStep = { id: "clear", title: "Clear up inside the range" };
const clearLimitMs = 120_000;

/**
 * Saves machines of one range, all as they are in the same instant, and brings their images to the host engine. When
 * it fails or is cancelled nothing of it is left, and the machines run on in any case.
 */
export async function saveMachines(
	parts: OperationParts,
	connection: RangeConnection,
	{ range, task }: Request,
	wanted: readonly MachineToSave[],
): Promise<SavedMachine[]> {
	const { host, inner } = connection;
	const { deps } = parts;
	task.plan([saveStep, bringStep, clearStep]);
	const step = async <T>({ id }: { id: string }, work: () => Promise<T>): Promise<T> => {
		task.signal.throwIfAborted();
		task.start(id);
		deps.onStep?.({ rangeId: range.id, id, moment: "begun" });
		try {
			const result = await work();
			deps.onStep?.({ rangeId: range.id, id, moment: "ended" });
			task.done(id);
			return result;
		} catch (error) {
			task.fail(id, task.signal.aborted ? "cancelled" : error instanceof Error ? error.message : String(error));
			throw error;
		}
	};
	try {
		await step(saveStep, async () => {
			await clearInner(range, connection, task.signal);
			await commitAll(parts, connection, range, wanted, task.signal);
		});
		const saved = await step(bringStep, () => bringAll(connection, wanted, task));
		await step(clearStep, () => clearInner(range, connection, task.signal));
		return saved;
	} catch (error) {
		await clearUp(parts, [inner, host], wanted);
		throw error;
	}
}

/** What saved machines left on an engine after a failure. What cannot be removed now, the next start of the engine finds. */
export async function clearUp(
	{ deps }: Pick<OperationParts, "deps">,
	engines: readonly DockerEngine[],
	machines: readonly { readonly id: string }[],
): Promise<void> {
	const limit = AbortSignal.timeout(clearLimitMs);
	for (const engine of engines) {
		for (const { id } of machines) {
			await removeSnapshotImage(engine, id, limit).catch((error: unknown) => {
				deps.log.warn(
					{ error, snapshot: id, engine: engine.label },
					"a half-made snapshot's image could not be removed",
				);
			});
		}
	}
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

async function commitAll(
	{ deps, states }: OperationParts,
	connection: RangeConnection,
	range: RangeRecord,
	wanted: readonly MachineToSave[],
	signal: AbortSignal,
): Promise<void> {
	const { inner, provider } = connection;
	const seen = await Promise.all(wanted.map(({ machine }) => look(range, machine, connection, signal)));
	const running = seen.filter(({ status }) => status === "running").map(toRunning);
	for (const { machine } of wanted) states.claim(machine);
	try {
		await whileFrozen(connection, running, async () => {
			deps.onStep?.({ rangeId: range.id, id: "frozen", moment: "begun" });
			const commits = wanted.map(({ id }, at) =>
				commitContainer(inner, seen[at]?.engineId ?? "", {
					repo: snapshotRepository,
					tag: id,
					labels: snapshotLabels(deps.owner, id),
				}),
			);
			// All of them end before the machines go on, however one of them ends.
			const failed = (await Promise.allSettled(commits)).find((result) => result.status === "rejected");
			if (failed !== undefined) throw failed.reason;
		});
	} finally {
		for (const { machine } of wanted) {
			if (states.release(machine) && !signal.aborted) await states.happened(range, machine, provider, signal);
		}
	}
}

async function look(
	range: RangeRecord,
	{ engineId, spec }: MachineRecord,
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

/** One stream for all: a layer that several of them stand on is in it once. */
async function bringAll(
	{ host, inner }: RangeConnection,
	wanted: readonly MachineToSave[],
	task: TaskRun,
): Promise<SavedMachine[]> {
	const { signal } = task;
	const references = wanted.map(({ id }) => snapshotImage(id));
	const inside = await Promise.all(references.map((reference) => inspectImage(inner, reference, signal)));
	// What the machines started from is on the host, so it need not come back. Only that is left out: an engine in the
	// hands of a trainee could otherwise name any layer of the host and have it.
	const bases = await Promise.all(wanted.map(({ machine }) => inspectImage(host, machine.spec.image, signal)));
	const known = new Set(bases.flatMap((base) => (base === null ? [] : chainIds(base.layers))));
	const leftOut = filesToLeaveOut(
		inside.filter((facts) => facts !== null),
		known,
	);
	const expectedBytes = Math.max(0, ...inside.map((facts) => facts?.sizeBytes ?? 0));
	await streamMissing(inner, host, references, leftOut, {
		expectedBytes,
		signal,
		settles: true,
		through: (archive) => onlyTheseImages(archive, references),
		onProgress: (done, total) => task.progress(bringStep.id, { unit: "bytes", done, total }),
	});
	signal.throwIfAborted();
	return await Promise.all(
		wanted.map(async (one, at) => {
			const facts = await inspectImage(host, snapshotImage(one.id), signal);
			const sent = inside[at] ?? null;
			if (facts === null || sent === null || !isSameImage(sent, facts)) {
				const { name } = one.machine.spec;
				throw new HomerangeError("IMAGE_UNAVAILABLE", `The saved disk of ${name} did not arrive whole on the host.`, {
					place: name,
					remedy: "Try again; if it happens again, look at the disk space of the Docker Engine.",
					detail: `expected ${sent?.id ?? "nothing"}, found ${facts?.id ?? "nothing"}`,
				});
			}
			const base = await inspectImage(host, one.machine.spec.image, signal);
			return { ...one, facts, ownBytes: ownBytes(facts, base) };
		}),
	);
}

/** What an image adds to the one that it stands on; all of it when that one is not there, or another by now. */
export function ownBytes(
	image: Pick<ImageFacts, "layers" | "sizeBytes">,
	base: Pick<ImageFacts, "layers" | "sizeBytes"> | null,
): number {
	if (base === null || base.layers.some((layer, at) => image.layers[at] !== layer)) return image.sizeBytes;
	return Math.max(0, image.sizeBytes - base.sizeBytes);
}
