import { z } from "zod";
import { type ArchiveImage, archiveImage, layersLimit } from "./archive-image.ts";
import { normalName } from "./entry-name.ts";
import { archiveInvalid } from "./invalid.ts";
import type { Staged } from "./staged.ts";

const manifest = z
	.array(
		z.looseObject({
			Config: z.string().min(1).max(1024),
			RepoTags: z.array(z.string().max(500)).max(1000).nullish(),
			Layers: z.array(z.string().min(1).max(1024)).max(layersLimit).nullish(),
		}),
	)
	.min(1)
	.max(1000);

/** The images of an archive of `docker save`: its manifest.json names a configuration and layers for each. */
export async function readDockerArchive(staged: Staged): Promise<ArchiveImage[]> {
	const parsed = manifest.safeParse(await staged.json("manifest.json"));
	if (!parsed.success) throw archiveInvalid(staged.place, "its manifest.json is not one of docker save");
	const images: ArchiveImage[] = [];
	for (const { Config: config, Layers: layers, RepoTags: tags } of parsed.data) {
		const hex = /^(?:blobs\/sha256\/)?([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1];
		if (hex === undefined) throw archiveInvalid(staged.place, "its manifest names a configuration without a digest");
		const image = await archiveImage(staged, {
			config: normalName(config),
			layers: (layers ?? []).map(normalName),
			references: tags ?? [],
		});
		if (image.config.sha256 !== hex) {
			throw archiveInvalid(staged.place, "the digest of an image's configuration does not match its name");
		}
		images.push(image);
	}
	return images;
}
