import { createHash } from "node:crypto";

/**
 * Names of an image's stacks of layers, lowest first, as engines compute them (OCI image-spec, config.md, "Layer
 * ChainID"): the first is the layer's own digest, each further one the digest of the one below and the layer's.
 * In hex, without "sha256:".
 */
export function chainIds(layers: readonly string[]): string[] {
	const chains: string[] = [];
	for (const layer of layers) {
		const below = chains.at(-1);
		const digest = layer.replace(/^sha256:/, "");
		chains.push(
			below === undefined ? digest : createHash("sha256").update(`sha256:${below} sha256:${digest}`).digest("hex"),
		);
	}
	return chains;
}

/**
 * Digests (hex) of the layers that need not be sent to an engine with these stacks. To an engine a layer is what it is
 * by all that lies below it, so one that is also needed above something new has to be sent.
 */
export function layersToLeaveOut(
	images: readonly { readonly layers: readonly string[] }[],
	present: ReadonlySet<string>,
): Set<string> {
	const needed = new Set<string>();
	const known = new Set<string>();
	for (const { layers } of images) {
		for (const [n, chain] of chainIds(layers).entries()) {
			const digest = (layers[n] ?? "").replace(/^sha256:/, "");
			(present.has(chain) ? known : needed).add(digest);
		}
	}
	return new Set([...known].filter((digest) => !needed.has(digest)));
}
