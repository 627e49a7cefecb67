import { z } from "zod";
import { isolationProfile } from "./ranges.ts";

/** A volume on the host engine that holds the unpacked layers of images for all ranges of one kind. */
export const layerStore = z.object({
	volume: z.string(),
	/** Image of the containers whose engine it fits. */
	dindImage: z.string(),
	profile: isolationProfile,
	/** True for the one that new ranges of this profile use. */
	current: z.boolean(),
	/** Bytes on disk. */
	sizeBytes: z.number(),
	images: z.number().int(),
	/** Names of the containers that mount it, running or not, without the one that fills it. */
	users: z.array(z.string()),
});
export type LayerStore = z.infer<typeof layerStore>;

export const freedLayers = z.object({
	/** Volumes that went. */
	stores: z.array(z.string()),
	/** Ids of images that went from stores that stay. */
	images: z.array(z.string()),
});
export type FreedLayers = z.infer<typeof freedLayers>;

export const freeLayersRequest = z.strictObject({
	/** Also the stores that new ranges would use. Those that a range uses stay in any case. */
	all: z.boolean().default(false),
});
