import { z } from "zod";

/** How the images of a range came to it, as the range's row keeps it. */
export const layersRecord = z.object({
	/**
	 * linked: links into the store, which the range mounts read-only; reflink: copies that share their blocks;
	 * streamed: copies of its own.
	 */
	way: z.enum(["linked", "reflink", "streamed"]),
	/** Why this way, a sentence. */
	reason: z.string(),
	/** The store's volume, mounted by the range's container; null when the range needs none. */
	store: z.string().nullable(),
	/** Ids of the images that it holds on to in the store. */
	images: z.array(z.string()),
	/** Bytes of layers that are not its own. */
	sharedBytes: z.number(),
});
export type LayersRecord = z.infer<typeof layersRecord>;

export const streamed = (reason: string): LayersRecord => ({
	way: "streamed",
	reason,
	store: null,
	images: [],
	sharedBytes: 0,
});
