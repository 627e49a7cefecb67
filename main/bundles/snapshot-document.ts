import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { machineDefaults } from "../../contract/library.ts";
import { machineName } from "../../contract/ranges.ts";
import { isImageReference } from "../blueprint/image-reference.ts";
import type { SnapshotRecord } from "../snapshots/index.ts";
import type { CarriedSnapshot } from "./deps.ts";

/** A snapshot of a machine as a bundle carries it: without its place in this machine's tree, which another one does not have. */
const snapshotDocument = z.strictObject({
	id: z.string().regex(/^[a-z0-9-]{1,40}$/),
	name: z.string().refine((name) => name.split("/").every((part) => machineName.safeParse(part).success)),
	description: z.string().max(4000),
	tags: z.array(z.string().max(64)).max(32),
	provider: z.literal("docker"),
	image: z.string().refine(isImageReference),
	imageId: z.string().regex(/^sha256:[0-9a-f]{64}$/),
	sizeBytes: z.number().int().min(0),
	ownBytes: z.number().int().min(0),
	defaults: machineDefaults,
	sourceMachine: z.string().max(100),
	sourceRange: z.string().max(100),
	source: z.strictObject({
		kind: z.enum(["template", "snapshot", "image"]),
		name: z.string().max(300),
		image: z.string().max(300),
	}),
	createdAt: z.iso.datetime(),
});
export type SnapshotDocument = z.infer<typeof snapshotDocument>;

/** Errors: `INPUT_INVALID` for one that this version does not know. */
export const readSnapshot = (value: unknown): SnapshotDocument => readDocument(snapshotDocument, value);

export function readDocument<T>(schema: z.ZodType<T>, value: unknown): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new HomerangeError("INPUT_INVALID", "A snapshot in the bundle is not as this version knows them.", {
		remedy: "Install it with the version of Homerange that made it, or a later one. Nothing was changed.",
		detail: `${issue?.path.join(".")}: ${issue?.message}`,
	});
}

export function carriedSnapshot(record: SnapshotRecord): CarriedSnapshot {
	const { id, name } = record;
	return { id, name, document: snapshotDocument.parse({ id, ...contentOf(record) }) };
}

/** Another kind of image store has another id for the same image; whether it is the same, the image itself says. */
export function isSameSnapshot({ id: _id, ...wanted }: SnapshotDocument, record: SnapshotRecord): boolean {
	return JSON.stringify({ ...wanted, imageId: record.imageId }) === JSON.stringify(contentOf(record));
}

function contentOf(record: SnapshotRecord): Omit<SnapshotDocument, "id"> {
	const { name, description, tags, image, imageId, sizeBytes, ownBytes, defaults } = record;
	const { sourceMachine, sourceRange, source, createdAt } = record;
	const content = {
		name,
		description,
		tags: [...tags],
		provider: "docker" as const,
		image,
		imageId,
		sizeBytes,
		ownBytes,
	};
	return { ...content, defaults, sourceMachine, sourceRange, source, createdAt };
}
