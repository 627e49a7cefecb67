import { createHash } from "node:crypto";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hexOf = (digest: string): string => digest.replace(/^sha256:/, "");

/**
 * Names of an image's stacks of layers, lowest first, as engines compute them (OCI image-spec, config.md, "Layer
 * ChainID"): the first is the layer's own digest, each further one the digest of the one below and the layer's.
 * In hex, without "sha256:".
 */
export function chainIds(layers: readonly string[]): string[] {
	const chains: string[] = [];
	for (const layer of layers) {
		const below = chains.at(-1);
		const digest = hexOf(layer);
		chains.push(below === undefined ? digest : sha256(`sha256:${below} sha256:${digest}`));
	}
	return chains;
}

/** What engines before 25 hash for a layer that has no history of its own (moby, image/v1/imagev1.go, CreateID). */
const emptyConfig = JSON.stringify({
	Hostname: "",
	Domainname: "",
	User: "",
	AttachStdin: false,
	AttachStdout: false,
	AttachStderr: false,
	Tty: false,
	OpenStdin: false,
	StdinOnce: false,
	Env: null,
	Cmd: null,
	Image: "",
	Volumes: null,
	WorkingDir: "",
	Entrypoint: null,
	OnBuild: null,
	Labels: null,
});

/**
 * Folders of an image's layers in an archive of an engine before 25, lowest first. Without the uppermost, whose name
 * depends on the whole configuration.
 */
export function legacyFolders(layers: readonly string[]): string[] {
	const folders: string[] = [];
	for (const chain of chainIds(layers).slice(0, -1)) {
		const below = folders.at(-1);
		const parent = below === undefined ? "" : `,"parent":"sha256:${below}"`;
		const created = '"created":"1970-01-01T00:00:00Z"';
		folders.push(sha256(`{"container_config":${emptyConfig},${created},"layer_id":"sha256:${chain}"${parent}}`));
	}
	return folders;
}

/**
 * Files of layers in an archive of these images that an engine with the stacks `present` does not read. To an engine a
 * layer is what it is by all that lies below it, so one that is also needed above something new has to be sent. Both
 * layouts of archives are named: by digest (engines from 25 on), and by folder (before).
 */
export function filesToLeaveOut(
	images: readonly { readonly layers: readonly string[] }[],
	present: ReadonlySet<string>,
): Set<string> {
	const needed = new Set<string>();
	const known = new Map<string, string[]>();
	for (const { layers } of images) {
		const folders = legacyFolders(layers);
		for (const [n, chain] of chainIds(layers).entries()) {
			const digest = hexOf(layers[n] ?? "");
			if (!present.has(chain)) {
				needed.add(digest);
				continue;
			}
			const folder = folders[n];
			const files = [`blobs/sha256/${digest}`, ...(folder === undefined ? [] : [`${folder}/layer.tar`])];
			known.set(digest, [...(known.get(digest) ?? []), ...files]);
		}
	}
	return new Set([...known].flatMap(([digest, files]) => (needed.has(digest) ? [] : files)));
}
