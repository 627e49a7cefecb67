import { z } from "zod";
import { rangeRef } from "./ranges.ts";

/** What something uses now. A number is null where the engine's host cannot tell it. */
export const usage = z.object({
	/** Of one CPU: 1.5 is one and a half. */
	cpus: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	processes: z.number().nullable(),
	/** Bytes a second. */
	networkInPerSecond: z.number().nullable(),
	networkOutPerSecond: z.number().nullable(),
	diskReadPerSecond: z.number().nullable(),
	diskWritePerSecond: z.number().nullable(),
});
export type Usage = z.infer<typeof usage>;

/** One sample of a range: of all of it, and of each machine that runs. */
export const rangeUsage = z.object({
	rangeId: z.string(),
	/** ISO 8601. */
	at: z.string(),
	total: usage,
	/** Bytes that the range keeps on the disk of the engine's host; null until they were counted. */
	diskBytes: z.number().nullable(),
	memoryLimitBytes: z.number(),
	cpusLimit: z.number(),
	/** By name. */
	machines: z.record(z.string(), usage),
});
export type RangeUsage = z.infer<typeof rangeUsage>;

/** Samples are taken only while somebody watches, and only of these ranges. */
export const usageRequest = z.strictObject({ ranges: z.array(rangeRef).min(1).max(64) });
export type UsageRequest = z.infer<typeof usageRequest>;
