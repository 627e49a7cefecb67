import { z } from "zod";
import { network, nic, providerName, rangeName, route } from "./ranges.ts";

/**
 * Where a blueprint comes from: a file of the engine's own machine, a shipped
 * blueprint by its name, text that the caller has in hand, or a range's snapshot.
 */
export const blueprintSource = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("file"), path: z.string().min(1).max(4096) }),
	z.strictObject({ kind: z.literal("shipped"), name: z.string().min(1).max(64) }),
	z.strictObject({
		kind: z.literal("text"),
		/** For messages only, never opened. */
		file: z.string().max(4096),
		text: z.string().max(1024 * 1024),
	}),
	/** The range in a snapshot of the library, with its machines as they were; by name or id. */
	z.strictObject({ kind: z.literal("range-snapshot"), name: z.string().min(1).max(100) }),
]);
export type BlueprintSource = z.infer<typeof blueprintSource>;

export const blueprintIssue = z.object({
	file: z.string(),
	line: z.number(),
	column: z.number(),
	/** Dotted path in the document: "machines.a.nics.0.ip". */
	path: z.string(),
	message: z.string(),
	hint: z.string().nullable(),
});
export type BlueprintIssue = z.infer<typeof blueprintIssue>;

export const validation = z.object({
	valid: z.boolean(),
	errors: z.array(blueprintIssue),
	warnings: z.array(blueprintIssue),
});
export type Validation = z.infer<typeof validation>;

export const shippedBlueprint = z.object({
	name: z.string(),
	title: z.string(),
	description: z.string(),
	tags: z.array(z.string()),
	machines: z.number(),
	networks: z.number(),
});
export type ShippedBlueprint = z.infer<typeof shippedBlueprint>;

/** One line of the report that is made before anything else is. */
export const preflightFinding = z.object({
	severity: z.enum(["error", "warning", "fact"]),
	/** "images", "memory", "addresses", … */
	subject: z.string(),
	message: z.string(),
	remedy: z.string().nullable(),
});
export type PreflightFinding = z.infer<typeof preflightFinding>;

export const planStep = z.object({ id: z.string(), title: z.string(), after: z.array(z.string()) });
export type PlanStep = z.infer<typeof planStep>;

/** What a deploy would make; what `--dry-run` prints and the app shows first. */
export const deployPreview = z.object({
	/** The name the range would get. */
	rangeName: z.string(),
	blueprint: z.object({
		name: z.string(),
		title: z.string().nullable(),
		description: z.string().nullable(),
		sha256: z.string(),
	}),
	networks: z.array(network),
	routes: z.array(route),
	machines: z.array(
		z.object({
			name: z.string(),
			provider: providerName,
			source: z.object({ kind: z.enum(["template", "snapshot", "image"]), name: z.string() }),
			image: z.string(),
			nics: z.array(nic),
			memoryBytes: z.number().nullable(),
			cpus: z.number().nullable(),
			dependsOn: z.array(z.string()),
		}),
	),
	limits: z.object({ cpus: z.number(), memoryBytes: z.number(), diskBytes: z.number().nullable() }),
	images: z.array(
		z.object({
			image: z.string(),
			/** On the host engine already. */
			present: z.boolean(),
			sizeBytes: z.number().nullable(),
		}),
	),
	findings: z.array(preflightFinding),
	warnings: z.array(blueprintIssue),
	steps: z.array(planStep),
});
export type DeployPreview = z.infer<typeof deployPreview>;

export const deployRequest = z.strictObject({
	source: blueprintSource,
	/** Exact name of the (one) range; absent: the blueprint's name and the next free number. */
	name: rangeName.optional(),
	copies: z.number().int().min(1).max(50).default(1),
	profile: z.enum(["auto", "privileged", "unprivileged"]).optional(),
});
export type DeployRequest = z.infer<typeof deployRequest>;
