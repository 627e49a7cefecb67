import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";

const platformAnswer = z.object({
	Arch: z.string(),
	Platform: z.object({ Name: z.string() }).nullish(),
});

const known = new WeakMap<DockerEngine, z.infer<typeof platformAnswer>>();

export type ArchitectureMatch = "native" | "emulated" | "impossible";

/** Whether an image's programs run: processors also run the smaller sibling's code, Docker Desktop emulates the rest. */
export function matchArchitecture(image: string, engine: string, emulates: boolean): ArchitectureMatch {
	const native: Record<string, string[]> = { amd64: ["amd64", "386"], arm64: ["arm64", "arm"] };
	// Images made by an import of a plain archive may not say it.
	if (image === "" || (native[engine] ?? [engine]).includes(image)) return "native";
	return emulates ? "emulated" : "impossible";
}

/** Null when the image is native, a warning when it is emulated; IMAGE_UNAVAILABLE when it cannot run. */
export async function architectureVerdict(
	host: DockerEngine,
	image: string,
	architecture: string,
	signal?: AbortSignal,
): Promise<string | null> {
	let platform = known.get(host);
	if (!platform) {
		platform = platformAnswer.parse(await asking(host.api).version({ abortSignal: signal }));
		known.set(host, platform);
	}
	const emulates = platform.Platform?.Name.includes("Docker Desktop") ?? false;
	const match = matchArchitecture(architecture, platform.Arch, emulates);
	if (match === "native") return null;
	if (match === "emulated") return `${image} is made for ${architecture} and is emulated on ${platform.Arch}: slow`;
	throw new HomerangeError(
		"IMAGE_UNAVAILABLE",
		`${image} is made for ${architecture}; this Docker Engine runs ${platform.Arch}.`,
		{ place: image, remedy: `Use an image for ${platform.Arch}, or one that is made for several architectures.` },
	);
}
