import { z } from "zod";
import { osFamily, type Readiness, readiness, templateKind } from "../../contract/library.ts";
import { machineRole, network, nic, providerName, route } from "../../contract/ranges.ts";

/**
 * A blueprint with everything decided: addresses, defaults, templates. It is plain
 * JSON, and a schema, because a range keeps it in the database and reads it back.
 */

export type ReadyProbe = Readiness;

export const resolvedNetwork = network;
export type ResolvedNetwork = z.infer<typeof resolvedNetwork>;

export const resolvedFile = z.object({
	/** Absolute, without "..". */
	path: z.string(),
	/** Permission bits. */
	mode: z.number().int(),
	/** Exactly one of content and source is set. */
	content: z.string().nullable(),
	/** Relative to the blueprint's folder; its bytes come from `loadFileSources`. */
	source: z.string().nullable(),
});
export type ResolvedFile = z.infer<typeof resolvedFile>;

export const resolvedDependency = z.object({ machine: z.string(), condition: z.enum(["started", "ready"]) });
export type ResolvedDependency = z.infer<typeof resolvedDependency>;

export const resolvedMachine = z.object({
	name: z.string(),
	hostname: z.string(),
	/** Rows of before the role existed are machines. */
	role: machineRole.default("machine"),
	provider: providerName,
	/** What its template is made for, which decides how a VM's hardware looks; null when nobody said. */
	os: osFamily.nullable().default(null),
	/** Of a VM. With the docker provider it decides which devices its container gets, so no blueprint can say it. */
	kind: templateKind.optional(),
	source: z.object({ kind: z.enum(["template", "snapshot", "image"]), name: z.string() }),
	image: z.string(),
	/** In the blueprint's order, at least one, exactly one of them the default. */
	nics: z.array(nic).min(1),
	cpus: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	diskBytes: z.number().nullable(),
	/** Null: the image's own. */
	command: z.array(z.string()).nullable(),
	environment: z.record(z.string(), z.string()),
	files: z.array(resolvedFile),
	postBoot: z.array(z.string()),
	ready: readiness.nullable(),
	dependsOn: z.array(resolvedDependency),
	vncPort: z.number().int().nullable(),
	serial: z.boolean(),
	labels: z.record(z.string(), z.string()),
});
export type ResolvedMachine = z.infer<typeof resolvedMachine>;

export const resolvedBlueprint = z.object({
	name: z.string(),
	title: z.string().nullable(),
	description: z.string().nullable(),
	author: z.string().nullable(),
	tags: z.array(z.string()),
	/** Of the text, in hex. */
	sha256: z.string(),
	networks: z.array(resolvedNetwork),
	routes: z.array(route),
	router: z.object({ image: z.string() }).nullable(),
	/** In the blueprint's order. */
	machines: z.array(resolvedMachine),
	/** Of the whole range. */
	limits: z.object({ cpus: z.number(), memoryBytes: z.number(), diskBytes: z.number().nullable() }),
});
export type ResolvedBlueprint = z.infer<typeof resolvedBlueprint>;
