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
