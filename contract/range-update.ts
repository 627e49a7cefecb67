import { z } from "zod";
import { addedMachineSource } from "./added-machine.ts";
import { blueprintSource, preflightFinding } from "./blueprints.ts";
import { rangeRef } from "./ranges.ts";

/** One difference between a range and a blueprint, and what applying it does. */
export const rangeChange = z.object({
	kind: z.enum(["add", "remove", "change", "recreate"]),
	part: z.enum(["network", "machine", "routes", "router", "limits", "description"]),
	/** Of the network or the machine; null for what there is one of. */
	name: z.string().nullable(),
	/** What becomes different, in a sentence: "web: image homerange/web:1 becomes homerange/web:2". */
	message: z.string(),
	/** True when applying it throws a machine's disk away. */
	losesData: z.boolean(),
});
export type RangeChange = z.infer<typeof rangeChange>;

/** What a deploy of a changed blueprint over an existing range would do. No changes: it is as the blueprint says. */
export const rangeUpdate = z.object({
	rangeId: z.string(),
	rangeName: z.string(),
	changes: z.array(rangeChange),
	findings: z.array(preflightFinding),
});
export type RangeUpdate = z.infer<typeof rangeUpdate>;

/** What a range is to become: what a blueprint says, or what it is now with one machine more. */
export const updateSource = z.discriminatedUnion("kind", [...blueprintSource.options, addedMachineSource]);
export type UpdateSource = z.infer<typeof updateSource>;

export const previewUpdateRequest = z.strictObject({ range: rangeRef, source: updateSource });
export type PreviewUpdateRequest = z.infer<typeof previewUpdateRequest>;

export const updateRequest = previewUpdateRequest.extend({
	/** Whether machines may lose their disks. Without it such an update is refused. */
	mayLoseData: z.boolean().default(false),
});
export type UpdateRequest = z.infer<typeof updateRequest>;
