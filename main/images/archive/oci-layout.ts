import { z } from "zod";
import { type ArchiveImage, archiveImage, layersLimit } from "./archive-image.ts";
import { archiveInvalid } from "./invalid.ts";
import type { Staged } from "./staged.ts";

const descriptor = z.looseObject({
	mediaType: z.string().max(200).default(""),
	digest: z.string().max(200),
	size: z.number().int().min(0),
	platform: z.looseObject({ architecture: z.string().max(100), os: z.string().max(100) }).optional(),
	annotations: z.record(z.string().max(300), z.string().max(4096)).optional(),
});
type Descriptor = z.infer<typeof descriptor>;

const index = z.looseObject({ manifests: z.array(descriptor).min(1).max(1000) });
const manifest = z.looseObject({ config: descriptor, layers: z.array(descriptor).max(layersLimit) });
const marker = z.looseObject({ imageLayoutVersion: z.string().regex(/^1\./) });

const isIndex = ({ mediaType }: Descriptor) => /image\.index|manifest\.list/.test(mediaType);

/** The images of an OCI layout. Of an image for several architectures it is the one that this engine runs. */
export async function readOciLayout(staged: Staged, architecture: string): Promise<ArchiveImage[]> {
	if (!marker.safeParse(await staged.json("oci-layout")).success) {
		throw archiveInvalid(staged.place, "its oci-layout is of an unknown version");
	}
	const { manifests } = read(staged, index, await staged.json("index.json"), "index.json");
	const byName = Map.groupBy(manifests, (one) => nameOf(one) ?? "");
	const images: ArchiveImage[] = [];
	for (const [name, group] of byName) {
		const references = name === "" ? [] : [name];
		images.push(await readImage(staged, choose(staged, group, architecture), { architecture, references }, 0));
	}
	return images;
}

async function readImage(
	staged: Staged,
	found: Descriptor,
	wanted: { architecture: string; references: string[] },
	depth: number,
): Promise<ArchiveImage> {
	const blob = blobOf(staged, found);
	const content = await staged.json(blob);
	if (isIndex(found)) {
		if (depth > 3) throw archiveInvalid(staged.place, "its indexes name one another without an end");
		const { manifests } = read(staged, index, content, blob);
		return await readImage(staged, choose(staged, manifests, wanted.architecture), wanted, depth + 1);
	}
	const { config, layers } = read(staged, manifest, content, blob);
	return await archiveImage(staged, {
		config: blobOf(staged, config),
		layers: layers.map((layer) => blobOf(staged, layer)),
		references: wanted.references,
	});
}

/** The blob's name in the layout, its digest and its size compared with what is there. */
function blobOf(staged: Staged, { digest, size }: Descriptor): string {
	const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
	if (hex === undefined) throw archiveInvalid(staged.place, `it names a part by a digest that is no sha256 one`);
	const name = `blobs/sha256/${hex}`;
	const file = staged.get(name);
	if (file.sha256 !== hex) {
		throw archiveInvalid(staged.place, `a digest does not match: ${digest} is told, sha256:${file.sha256} is there`);
	}
	if (file.sizeBytes !== size) throw archiveInvalid(staged.place, `${digest} is ${file.sizeBytes} bytes, not ${size}`);
	return name;
}

function choose(staged: Staged, all: readonly Descriptor[], architecture: string): Descriptor {
	// Attestations lie beside the images that they are about.
	const images = all.filter(({ platform }) => platform?.architecture !== "unknown" && platform?.os !== "unknown");
	const fitting = images.find(({ platform }) => platform?.architecture === architecture && platform.os === "linux");
	const chosen = fitting ?? (images.length === 1 ? images[0] : undefined);
	if (chosen !== undefined) return chosen;
	const there = images.map(({ platform }) => platform?.architecture ?? "an unnamed architecture");
	throw archiveInvalid(staged.place, `it has nothing for ${architecture}, only ${there.slice(0, 10).join(", ")}`);
}

/** A whole reference where the layout's maker wrote one; a mere tag names nothing by itself. */
function nameOf({ annotations }: Descriptor): string | null {
	const name = annotations?.["io.containerd.image.name"] ?? annotations?.["org.opencontainers.image.ref.name"];
	return name !== undefined && /[:/]/.test(name) ? name : null;
}

function read<T>(staged: Staged, schema: z.ZodType<T>, value: unknown, name: string): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw archiveInvalid(staged.place, `${name} is not what an OCI layout has there`);
}
