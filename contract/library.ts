import { z } from "zod";
import { consoleKind, providerName } from "./ranges.ts";

/** A base image with the defaults of machines that start from it. */
export const template = z.object({
	name: z.string(),
	title: z.string(),
	description: z.string(),
	os: z.enum(["linux", "windows", "macos", "network", "other"]),
	provider: providerName,
	image: z.string(),
	cpus: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	diskBytes: z.number().nullable(),
	consoles: z.array(consoleKind),
	vncPort: z.number().nullable(),
	tags: z.array(z.string()),
});
export type Template = z.infer<typeof template>;
