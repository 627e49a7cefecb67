import { z } from "zod";
import type { EngineStatus } from "../../contract/engines.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";

/** The parts of `GET /info` that are shown and decided on. */
const infoAnswer = z.object({
	Name: z.string(),
	OperatingSystem: z.string(),
	Architecture: z.string(),
	NCPU: z.number(),
	MemTotal: z.number(),
	Driver: z.string(),
	CgroupVersion: z.string().optional(),
});

export type EngineFacts = NonNullable<EngineStatus["facts"]>;

export async function engineFacts(engine: DockerEngine, signal?: AbortSignal): Promise<EngineFacts> {
	const parsed = infoAnswer.safeParse(await asking(engine.api).info({ abortSignal: signal }));
	if (!parsed.success) {
		throw new HomerangeError("ENGINE_REFUSED", `The Docker Engine (${engine.label}) does not describe itself.`, {
			place: engine.label,
			detail: parsed.error.message,
		});
	}
	const info = parsed.data;
	return {
		name: info.Name,
		operatingSystem: info.OperatingSystem,
		architecture: info.Architecture,
		cpus: info.NCPU,
		memoryBytes: info.MemTotal,
		storageDriver: info.Driver,
		cgroupVersion: info.CgroupVersion ?? "1",
		isDesktop: info.OperatingSystem.includes("Docker Desktop"),
	};
}
