import { oc } from "@orpc/contract";
import { z } from "zod";
import { errorCodes, errorInfo } from "./errors.ts";

/** Every procedure may fail with each code of the catalogue; the data is an `ErrorInfo`. */
const errors = Object.fromEntries(errorCodes.map((code) => [code, { data: errorInfo }])) as Record<
	(typeof errorCodes)[number],
	{ data: typeof errorInfo }
>;
/** What each procedure of the contract is made from. */
export const base = oc.errors(errors);

export const nothing = z.strictObject({});
/** What a long operation answers; its task is followed by `changes.watch`. */
export const started = z.object({ taskId: z.string() });
