import { HomerangeError } from "../../contract/errors.ts";
import { type ImageFacts, inspectImage, isSameImage } from "../docker/image-inspect.ts";
import { streamMissing } from "../docker/image-stream.ts";
import { chainIds, filesToLeaveOut } from "../docker/layer-chains.ts";
import { onlyTheseImages } from "../docker/saved-images.ts";
import type { RangeConnection } from "../ranges/connections.ts";
import type { MachineToSave, SavedMachine } from "./saved-machine.ts";
import { snapshotImage } from "./snapshot-image.ts";

/** One stream for all: a layer that several of them stand on is in it once. */
export async function bringImages(
	{ host, inner }: RangeConnection,
	wanted: readonly MachineToSave[],
	{ signal, onProgress }: { signal: AbortSignal; onProgress(done: number, total: number | null): void },
): Promise<SavedMachine[]> {
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
		onProgress,
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
			return { ...one, saved: { kind: "image" as const, facts, ownBytes: ownBytes(facts, base) } };
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
