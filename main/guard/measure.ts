import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { runHostHelper } from "../dind/host-helper.ts";
import { isNotFound } from "../docker/api-errors.ts";
import type { DiskSpace } from "../docker/data-folder.ts";
import type { DockerEngine } from "../docker/engine.ts";

export interface CountedRange {
	readonly id: string;
	readonly container: string;
	readonly volume: string;
}

export interface DiskCount {
	readonly space: DiskSpace;
	/** Bytes on the disk, by the range's id; a range that went away meanwhile is missing. */
	readonly used: ReadonlyMap<string, number>;
}

/** df in its portable form, then du for each volume; du complains of files that go away under it. */
const countScript = `
df -Pk /volumes/0
for volume in /volumes/*; do du -skx "$volume" 2>/dev/null; done
true`;

/**
 * Counts what ranges hold on the disk: their volumes, and what was written beside them in their containers. A
 * container of the range's own image looks at the volumes from outside, because what runs in a range may belong
 * to its trainee and tell anything; and from outside the inner engine's mounts are not there to be counted twice.
 */
export async function countDisk(
	host: DockerEngine,
	ranges: readonly CountedRange[],
	signal: AbortSignal,
): Promise<DiskCount> {
	const looked = await Promise.all(ranges.map((range) => lookAt(host, range, signal)));
	const present = looked.filter((range) => range !== null);
	const [first] = present;
	if (first === undefined) throw new HomerangeError("RANGE_NOT_FOUND", "There is no range to count the disk of.");
	const readsVolumes = present.map((range) => range.volume);
	const { output } = await runHostHelper(host, { image: first.image, script: countScript, readsVolumes }, signal);
	const sizes = new Map(
		[...output.matchAll(/^(\d+)\s+\/volumes\/(\d+)$/gm)].map(([, size, n]) => [Number(n), Number(size) * 1024]),
	);
	const space = /^.*\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s+\/volumes\/0$/m.exec(output);
	if (space === null) throw new HomerangeError("ENGINE_REFUSED", "What ranges hold on the disk could not be counted.");
	return {
		space: { totalBytes: Number(space[1]) * 1024, freeBytes: Number(space[2]) * 1024 },
		used: new Map(present.map((range, n) => [range.id, (sizes.get(n) ?? 0) + range.writtenBytes])),
	};
}

const containerAnswer = z.object({ Image: z.string(), SizeRw: z.number().nullish() });

async function lookAt(host: DockerEngine, range: CountedRange, signal: AbortSignal) {
	try {
		const options: object = { size: true, abortSignal: signal };
		const answer: unknown = await host.api.getContainer(range.container).inspect(options);
		const { Image: image, SizeRw: written } = containerAnswer.parse(answer);
		return { ...range, image, writtenBytes: written ?? 0 };
	} catch (error) {
		if (isNotFound(error)) return null;
		throw error;
	}
}
