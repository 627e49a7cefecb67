import { HomerangeError } from "../../contract/errors.ts";
import type { InnerEngine } from "../docker/engine.ts";
import { inspectImage } from "../docker/image-inspect.ts";
import type { LayersRecord } from "./layers-record.ts";

/**
 * What the range's own engine says of its cloned images: that it has each of them, and that it can make a machine's
 * disk on the one with the most layers. Throws when it does not.
 */
export async function selfTest(inner: InnerEngine, { images }: LayersRecord, signal: AbortSignal): Promise<void> {
	const found = await Promise.all(images.map((id) => inspectImage(inner, id, signal)));
	const absent = images.find((_, n) => found[n] === null);
	if (absent !== undefined) throw new HomerangeError("IMAGE_UNAVAILABLE", `Its engine does not see ${absent}.`);
	const tallest = found.reduce((most, image) =>
		(image?.layers.length ?? 0) > (most?.layers.length ?? 0) ? image : most,
	);
	if (tallest === null || tallest === undefined) return;
	const abort: object = { abortSignal: signal };
	const container = await inner.api.createContainer({ Image: tallest.id, Cmd: ["true"], ...abort });
	await container.remove({ force: true, ...abort });
}
