import { z } from "zod";

/** One pair that was probed: what the blueprint wants, and what was seen. */
export const networkProbe = z.object({
	from: z.object({ machine: z.string(), network: z.string(), ip: z.string() }),
	/** `internet` stands for an address outside the range that the test made itself. */
	to: z.object({ machine: z.string().nullable(), network: z.string(), ip: z.string() }),
	/** "icmp", "80/tcp", … */
	probe: z.string(),
	wanted: z.enum(["reaches", "blocked"]),
	seen: z.enum(["reaches", "blocked", "unknown"]),
	/** Why nothing could be seen, or what was odd; null when there is nothing to say. */
	note: z.string().nullable(),
});
export type NetworkProbe = z.infer<typeof networkProbe>;

export const networkTestResult = z.object({
	rangeName: z.string(),
	probes: z.array(networkProbe),
	asWanted: z.number(),
	notAsWanted: z.number(),
	unknown: z.number(),
});
export type NetworkTestResult = z.infer<typeof networkTestResult>;

/** Progress while it runs, then the result, once. */
export const networkTestNews = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("progress"), done: z.number(), total: z.number(), message: z.string() }),
	z.object({ kind: z.literal("result"), result: networkTestResult }),
]);
export type NetworkTestNews = z.infer<typeof networkTestNews>;
