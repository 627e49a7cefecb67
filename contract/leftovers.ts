import { z } from "zod";

/** What carries our marks on an engine and belongs to no range that is known here. */
export const leftover = z.object({
	/** Null for files that were kept for whatever would start from them. */
	rangeId: z.string().nullable(),
	/** Name of the range as the objects tell it; null when they do not. */
	range: z.string().nullable(),
	provider: z.enum(["docker", "libvirt"]),
	/** Names of the container, the volume and the network, of the virtual machines, or of files and their pool. */
	names: z.array(z.string()),
});
export type Leftover = z.infer<typeof leftover>;

export const leftovers = z.object({
	found: z.array(leftover),
	/** What could not be looked at and why, a sentence each: one engine without an answer does not hide the other. */
	problems: z.array(z.string()),
});
export type Leftovers = z.infer<typeof leftovers>;
