import type { DockerEngine } from "../docker/engine.ts";
import { abortable } from "./abortable.ts";
import type { DindSpec } from "./dind.ts";
import { hostNames, label } from "./names.ts";

export type VolumeSpec = Pick<DindSpec, "owner" | "rangeId" | "rangeName" | "image">;

/** The volume with the inner engine's data. It must be one: overlay2 does not work on a container's own layer. */
export async function ensureVolume(
	host: DockerEngine,
	spec: VolumeSpec,
	signal?: AbortSignal,
): Promise<{ volume: string }> {
	const { volume } = hostNames(spec.rangeName, spec.rangeId);
	// Creating a volume that exists gives the one that exists.
	const options = {
		Name: volume,
		Driver: "local",
		Labels: {
			[label.owner]: spec.owner,
			[label.range]: spec.rangeId,
			[label.rangeName]: spec.rangeName,
			[label.role]: "volume",
			[label.dindImage]: spec.image,
		},
	};
	await host.api.createVolume(abortable(options, signal));
	return { volume };
}
