import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import type { ImageFacts } from "../../docker/image-inspect.ts";
import { names } from "../format.ts";
import type { BundleContent, ManifestHead } from "../write-bundle.ts";
import { writeBundle } from "../write-bundle.ts";

/** An image that no engine has: its layers are any bytes. */
export interface MadeImage {
	readonly reference: string;
	readonly layers: readonly Buffer[];
}

export const digestOf = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

export function configOf({ layers, reference }: MadeImage): Buffer {
	const rootfs = { type: "layers", diff_ids: layers.map(digestOf) };
	return Buffer.from(
		JSON.stringify({ architecture: "amd64", os: "linux", config: { Env: [`NAME=${reference}`] }, rootfs }),
	);
}

/** What an engine would say of it. */
export function factsOf(image: MadeImage): ImageFacts {
	return {
		id: digestOf(configOf(image)),
		tags: [image.reference],
		architecture: "amd64",
		os: "linux",
		createdAt: null,
		sizeBytes: image.layers.reduce((sum, { length }) => sum + length, 0),
		layers: image.layers.map(digestOf),
		exposedPorts: [],
		environment: [`NAME=${image.reference}`],
		command: [],
		entrypoint: [],
		user: "",
		workingFolder: "",
		labels: {},
	};
}

/**
 * The stream of `docker save`: of engines up to 24 (a folder for each layer, repeated layers as links), from 25 on (an OCI
 * layout), and of a containerd store (the same, with layers as their registry had them).
 */
export function savedStream(images: readonly MadeImage[], form: "legacy" | "oci" | "containerd"): Readable {
	const archive = pack();
	const list: unknown[] = [];
	const seen = new Map<string, string>();
	const add = (name: string, content: Buffer) => archive.entry({ name }, content);
	for (const image of images) {
		const config = configOf(image);
		const hex = digestOf(config).slice(7);
		const configName = form === "legacy" ? `${hex}.json` : `blobs/sha256/${hex}`;
		if (!seen.has(configName)) add(configName, config);
		seen.set(configName, "");
		const paths = image.layers.map((layer, n) => {
			if (form !== "legacy") {
				const blob = form === "containerd" ? gzipSync(layer) : layer;
				const path = `blobs/sha256/${digestOf(blob).slice(7)}`;
				if (!seen.has(path)) add(path, blob);
				seen.set(path, path);
				return path;
			}
			const folder = digestOf(Buffer.from(`${image.reference} ${n}`)).slice(7);
			const path = `${folder}/layer.tar`;
			add(`${folder}/VERSION`, Buffer.from("1.0"));
			add(`${folder}/json`, Buffer.from(JSON.stringify({ id: folder })));
			const before = seen.get(digestOf(layer));
			if (before === undefined) add(path, layer);
			else archive.entry({ name: path, type: "symlink", linkname: `../${before}` });
			seen.set(digestOf(layer), path);
			return path;
		});
		list.push({ Config: configName, RepoTags: [image.reference], Layers: paths });
	}
	if (form !== "legacy") {
		add("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] })));
		add("oci-layout", Buffer.from(JSON.stringify({ imageLayoutVersion: "1.0.0" })));
	}
	add("manifest.json", Buffer.from(JSON.stringify(list)));
	archive.finalize();
	return Readable.from(archive);
}

export const emptyHead: ManifestHead = {
	format: "homerange-bundle",
	version: 1,
	createdAt: "2026-01-01T00:00:00.000Z",
	productVersion: "0.0.0",
	dindImage: "dind:1",
	dindImages: [],
	blueprints: [],
	templates: [],
	snapshots: [],
};

const blueprint = (name: string, image: string): string => `
blueprint: 1
name: ${name}
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  web: { image: ${image}, nics: [{ network: lan }] }
`;

/** Writes a bundle of these images, with one blueprint for each. */
export async function writeTestBundle(
	file: string,
	images: readonly MadeImage[],
	options: Partial<BundleContent> & { form?: "legacy" | "oci" | "containerd" } = {},
): Promise<void> {
	const { form = "legacy", ...content } = options;
	const blueprints = images.map(({ reference }, n) => ({ name: `blueprint-${n}`, reference }));
	await writeBundle(
		file,
		{
			head: {
				...emptyHead,
				blueprints: blueprints.map(({ name }) => ({ name, title: name, machines: 1, networks: 1, files: [] })),
			},
			documents: new Map(
				blueprints.map(({ name, reference }) => [names.blueprint(name), Buffer.from(blueprint(name, reference))]),
			),
			images: new Map(images.map((image) => [image.reference, factsOf(image)])),
			key: null,
			save: async () => savedStream(images, form),
			onBytes: () => undefined,
			onTaken: () => undefined,
			...content,
		},
		new AbortController().signal,
	);
}
