import { z } from "zod";
import type { DockerEngine } from "../docker/engine.ts";
import { abortable } from "./abortable.ts";
import type { Dind } from "./dind.ts";

export interface DindLimits {
	readonly cpus: number;
	readonly memoryBytes: number;
}

const limitsAnswer = z.object({ NanoCpus: z.number(), Memory: z.number() });

const nanoCpus = (cpus: number): number => Math.round(cpus * 1e9);

/** Whether the range's container has exactly these limits. */
export async function hasLimits(
	host: DockerEngine,
	dind: Pick<Dind, "container">,
	limits: DindLimits,
	signal?: AbortSignal,
): Promise<boolean> {
	const { HostConfig } = await host.api.getContainer(dind.container).inspect(abortable({}, signal));
	const present = limitsAnswer.parse(HostConfig);
	return present.NanoCpus === nanoCpus(limits.cpus) && present.Memory === limits.memoryBytes;
}

/** Sets the limits of a range's container while it runs. An engine refuses a memory limit below what is used. */
export async function limitDind(
	host: DockerEngine,
	dind: Pick<Dind, "container">,
	{ cpus, memoryBytes }: DindLimits,
	signal?: AbortSignal,
): Promise<void> {
	const limits = { NanoCpus: nanoCpus(cpus), Memory: memoryBytes, MemorySwap: memoryBytes };
	await host.api.getContainer(dind.container).update(abortable(limits, signal));
}
