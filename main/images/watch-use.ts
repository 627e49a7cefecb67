import type { RangeDetail } from "../../contract/ranges.ts";
import { inspectHostImage } from "../docker/images.ts";
import type { ListParts } from "./image-list.ts";
import { canonicalReference } from "./reference.ts";

/** A range changes many times a minute; when its images were used needs no more than this. */
const everyMs = 60_000;

/** Notes which images ranges use, for as long as the signal holds: what was used lately is shown, also when the range is gone. */
export async function watchUse(parts: ListParts, signal: AbortSignal): Promise<void> {
	const noted = new Map<string, number>();
	for await (const change of parts.deps.changes.subscribe(signal)) {
		if (change.kind !== "range" || !isAlive(change.range)) continue;
		const images = new Set(change.range.machines.filter((one) => one.provider === "docker").map((one) => one.image));
		for (const image of images) {
			const reference = canonicalReference(image);
			if (Date.now() - (noted.get(reference) ?? 0) < everyMs) continue;
			noted.set(reference, Date.now());
			await note(parts, image, signal);
		}
	}
}

async function note({ deps, records }: ListParts, image: string, signal: AbortSignal): Promise<void> {
	try {
		const facts = await inspectHostImage(deps.host.current(), image, signal);
		if (facts !== null) records.note({ reference: image, id: facts.id, sizeBytes: facts.sizeBytes });
	} catch (error) {
		// The next change of a range tries again; until then the image merely looks a little older than it is.
		if (!signal.aborted) deps.log.debug({ error, image }, "the use of an image could not be noted");
	}
}

function isAlive({ state }: RangeDetail): boolean {
	return state === "deploying" || state === "starting" || state === "running" || state === "degraded";
}
