import { z } from "zod";
import { asking } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ImageFacts, inspectImage } from "../docker/image-inspect.ts";
import type { Standing } from "./deps.ts";
import type { BundledImage } from "./format.ts";

/** Images of the engine that are looked at; there are seldom more, and more only cost a longer stream. */
const lookedAt = 500;

const storeAnswer = z.object({ DriverStatus: z.array(z.array(z.string())).nullish() });
const configAnswer = z.object({
	config: z
		.object({
			Env: z.array(z.string()).nullish(),
			Cmd: z.array(z.string()).nullish(),
			Entrypoint: z.array(z.string()).nullish(),
			User: z.string().nullish(),
			WorkingDir: z.string().nullish(),
		})
		.nullish(),
});

/** Whether what the engine has is the bundle's image. A containerd store calls it by another id: then content decides. */
export function isBundled(facts: ImageFacts, image: BundledImage, config: Buffer): boolean {
	if (facts.id === image.id) return true;
	if (facts.layers.length === 0 || facts.layers.join() !== image.layers.join()) return false;
	const { config: wanted } = configAnswer.parse(JSON.parse(config.toString()));
	const own = [facts.environment, facts.command, facts.entrypoint, facts.user, facts.workingFolder];
	const its = [
		wanted?.Env ?? [],
		wanted?.Cmd ?? [],
		wanted?.Entrypoint ?? [],
		wanted?.User ?? "",
		wanted?.WorkingDir ?? "",
	];
	return JSON.stringify(own) === JSON.stringify(its);
}

/** What the engine has under the image's name. */
export async function standingOf(
	host: DockerEngine,
	image: BundledImage,
	config: Buffer,
	signal: AbortSignal,
): Promise<Standing> {
	const facts = await inspectImage(host, image.reference, signal);
	if (facts === null) return "absent";
	return isBundled(facts, image, config) ? "same" : "different";
}

/**
 * Stacks of layers that the engine has, which a classic store takes out of its own when a stream leaves them out. Null for a
 * containerd store, which wants every layer.
 */
export async function presentStacks(host: DockerEngine, signal: AbortSignal): Promise<Set<string> | null> {
	const { DriverStatus: status } = storeAnswer.parse(await asking(host.api).info({ abortSignal: signal }));
	if (status?.some((pair) => pair.includes("io.containerd.snapshotter.v1"))) return null;
	const stacks = new Set<string>();
	const options: object = { abortSignal: signal };
	for (const { Id: id } of (await host.api.listImages(options)).slice(0, lookedAt)) {
		addStacks(stacks, (await inspectImage(host, id, signal))?.layers ?? []);
	}
	return stacks;
}

/** Every stack that an image with these layers brings. */
export function addStacks(stacks: Set<string>, layers: readonly string[]): void {
	for (let height = 1; height <= layers.length; height++) stacks.add(stackOf(layers, height));
}

/** The layers of an image that the engine does not have. */
export function missingLayers(layers: readonly string[], stacks: ReadonlySet<string> | null): string[] {
	return [...new Set(layers.filter((_, n) => !stacks?.has(stackOf(layers, n + 1))))];
}

const stackOf = (layers: readonly string[], height: number): string => layers.slice(0, height).join();
