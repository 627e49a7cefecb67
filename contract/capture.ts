import { z } from "zod";
import type { ErrorInfo } from "./errors.ts";
import { networkName, rangeRef } from "./ranges.ts";

/**
 * What the page asks for a capture into a file. The shell asks the person where to, writes the file and reports;
 * neither a path nor a packet ever comes from, or to, the page.
 */
export const captureRequest = z.strictObject({
	range: rangeRef,
	network: networkName,
	filter: z.string().max(512).optional(),
});
export type CaptureRequest = z.infer<typeof captureRequest>;

/** What the page may post into the capture's port: the end. Closing the port ends it as well. */
export const captureOrder = z.strictObject({ type: z.literal("stop") });

/** What the shell posts into it; `cancelled` and `ended` are the last. */
export type CaptureReport =
	| { type: "cancelled" }
	/** `file` is for showing only. */
	| { type: "started"; file: string }
	| { type: "progress"; packets: number; bytes: number }
	| { type: "ended"; packets: number; bytes: number; error: ErrorInfo | null };
