import { randomBytes } from "node:crypto";
import { runHostHelper } from "../../main/dind/index.ts";
import { isNotFound } from "../../main/docker/api-errors.ts";
import type { DockerEngine } from "../../main/docker/engine.ts";
import type { BenchContext } from "./bench.ts";

export interface ImageRecipe {
	/** Run in a machine of the busybox image to make the files; its changes are one layer. */
	readonly script: string;
}

/** An image of one layer above busybox, gone again at the end. */
export async function makeImage({ host, cleanup }: BenchContext, { script }: ImageRecipe) {
	const repo = `homerange-bench/${randomBytes(5).toString("hex")}`;
	const remove = cleanup.add(`the image ${repo}`, async () => {
		try {
			await host.api.getImage(`${repo}:1`).remove({ force: true });
		} catch (error) {
			if (!isNotFound(error)) throw error;
		}
	});
	// Not as its entry point: the image would keep that, and each machine would make the files again.
	const container = await host.api.createContainer({ Image: "homerange/busybox:1", Cmd: ["sh", "-c", script] });
	try {
		await container.start();
		const { StatusCode: code } = await container.wait();
		if (code !== 0) throw new Error(`the sample's files could not be made: ${code}`);
		await container.commit({ repo, tag: "1" });
	} finally {
		await container.remove({ force: true, v: true });
	}
	return { reference: `${repo}:1`, remove };
}

export async function makeVolume({ host, cleanup }: BenchContext) {
	const name = `hrbench-${randomBytes(5).toString("hex")}`;
	const remove = cleanup.add(`the volume ${name}`, async () => {
		try {
			await host.api.getVolume(name).remove();
		} catch (error) {
			if (!isNotFound(error)) throw error;
		}
	});
	await host.api.createVolume({ Name: name });
	return { name, remove };
}

/** Blocks that the files of a volume take, in MB. */
export async function megabytes(
	host: DockerEngine,
	image: string,
	volume: string,
	signal: AbortSignal,
): Promise<number> {
	const script = "du -s -k /volumes/0 | cut -f 1";
	const { output } = await runHostHelper(host, { image, script, readsVolumes: [volume], offline: true }, signal);
	return (Number(output.trim()) * 1024) / 1e6;
}
