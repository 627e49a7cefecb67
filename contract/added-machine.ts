import { z } from "zod";
import { machineName, networkName } from "./ranges.ts";

/**
 * A machine that comes to a range: where it starts and where it stands. Everything else it takes from what it starts
 * from, as a machine does whose blueprint says no more.
 */
export const addedMachine = z.strictObject({
	name: machineName,
	/** Exactly one thing that it starts from. */
	source: z.strictObject({
		kind: z.enum(["template", "snapshot", "image"]),
		/** In the library, or the image's reference. */
		name: z.string().min(1).max(255),
	}),
	nics: z
		.array(
			z.strictObject({
				network: networkName,
				/** Absent: the next free one of the network. */
				ip: z.ipv4().optional(),
			}),
		)
		.min(1)
		.max(8),
	cpus: z.number().min(0.01).max(256).optional(),
	memoryBytes: z.number().int().positive().optional(),
});
export type AddedMachine = z.infer<typeof addedMachine>;

/** In place of a blueprint: the range as it is, and one machine more. */
export const addedMachineSource = z.strictObject({ kind: z.literal("added-machine"), machine: addedMachine });
