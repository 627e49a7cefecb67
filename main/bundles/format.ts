import { z } from "zod";
import { machineName } from "../../contract/ranges.ts";
import { fileSourceLimits, textLimits } from "../blueprint/limits.ts";
import { imageReference } from "../docker/image-inspect.ts";

/** The format of bundles; docs/offline.md describes it for people. */
export const formatName = "homerange-bundle";
/** One with snapshots of ranges is of format 2, so that a version that does not know them says so; others stay format 1. */
export const formatVersions: readonly unknown[] = [1, 2];

/** Bounds of what a bundle may hold, checked before anything is read into memory or written. */
export const limits = {
	manifestBytes: 16 * 1024 * 1024,
	/** A configuration, a manifest, a template, a snapshot's row: each is read whole. */
	documentBytes: 4 * 1024 * 1024,
	textBytes: textLimits.bytes,
	sourceBytes: fileSourceLimits.each,
	sourceBytesTogether: fileSourceLimits.all,
	entries: 50_000,
	blueprints: 64,
	rangeSnapshots: 64,
	images: 1000,
	layers: 20_000,
	layersOfImage: 256,
} as const;

export const names = {
	manifest: "homerange/bundle.json",
	signature: "homerange/signature",
	layout: "oci-layout",
	index: "index.json",
	blob: (sha256: string) => `blobs/sha256/${sha256}`,
	blueprint: (name: string) => `homerange/blueprints/${name}.yaml`,
	/** By content: a path that a blueprint names never becomes the name of an entry. */
	source: (sha256: string) => `homerange/files/${sha256}`,
	template: (name: string) => `homerange/templates/${name}.yaml`,
	snapshot: (id: string) => `homerange/snapshots/${id}.json`,
	rangeSnapshot: (id: string) => `homerange/range-snapshots/${id}.json`,
} as const;

/** Every name that an entry beside the manifest and its signature can have. */
const entryName =
	/^(?:oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64}|homerange\/files\/[0-9a-f]{64}|homerange\/(?:blueprints|templates)\/[a-z][a-z0-9-]{0,40}\.yaml|homerange\/(?:range-)?snapshots\/[a-z0-9-]{1,40}\.json)$/;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A path below a blueprint's folder: no way out of it, on any system. */
const sourcePath = z
	.string()
	.min(1)
	.max(1024)
	.refine(
		(path) =>
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
			!/[\\:\x00-\x1f]/.test(path) &&
			path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && Buffer.byteLength(part) <= 255),
		"this path leaves its place",
	);

const reference = z.string().refine((text) => {
	try {
		return imageReference(text) === text && !text.includes("@");
	} catch {
		return false;
	}
}, "this is not the name of an image");

export const bundledBlueprint = z.strictObject({
	name: machineName,
	title: z.string().max(500),
	machines: z.number().int().min(0),
	networks: z.number().int().min(0),
	/** What `files: source:` names, below the blueprint's folder. */
	files: z.array(z.strictObject({ path: sourcePath, sha256 })).max(limits.entries),
});
export type BundledBlueprint = z.infer<typeof bundledBlueprint>;

export const bundledImage = z.strictObject({
	reference,
	/** Of the configuration: what a classic image store calls the image. */
	id: digest,
	/** Of its OCI manifest in the bundle. */
	manifest: digest,
	architecture: z.string().max(100),
	os: z.string().max(100),
	/** Unpacked layers from the lowest up, by content. */
	layers: z.array(digest).max(limits.layersOfImage),
	sizeBytes: bytes,
});
export type BundledImage = z.infer<typeof bundledImage>;

export const bundledLayer = z.strictObject({
	/** SHA-256 of the unpacked tar. */
	diffId: digest,
	/** SHA-256 of the blob. */
	digest,
	bytes,
	unpackedBytes: bytes,
});
export type BundledLayer = z.infer<typeof bundledLayer>;

const snapshotId = z.string().regex(/^[a-z0-9-]{1,40}$/);

export const bundledRangeSnapshot = z.strictObject({
	id: snapshotId,
	name: machineName,
	/** Ids of the snapshots of its machines, which are listed among the others. */
	parts: z.array(snapshotId).min(1).max(limits.images),
});
export type BundledRangeSnapshot = z.infer<typeof bundledRangeSnapshot>;

const manifestParts = {
	format: z.literal(formatName),
	createdAt: z.iso.datetime(),
	productVersion: z.string().max(100),
	/** SHA-256 of the public key in DER. */
	signer: sha256.nullable(),
	/** The setting of a range's container image that these images go with. */
	dindImage: reference,
	/** References of those images. */
	dindImages: z.array(reference).max(8),
	blueprints: z.array(bundledBlueprint).max(limits.blueprints),
	templates: z.array(machineName).max(limits.images),
	snapshots: z.array(z.strictObject({ id: snapshotId, name: z.string().max(200) })).max(limits.images),
	images: z.array(bundledImage).max(limits.images),
	layers: z.array(bundledLayer).max(limits.layers),
	/** Everything but this document and its signature. */
	entries: z
		.array(z.strictObject({ name: z.string().regex(entryName, "this name leaves its place"), bytes, sha256 }))
		.max(limits.entries),
};

export const bundleManifest = z.discriminatedUnion("version", [
	z.strictObject({ ...manifestParts, version: z.literal(1) }),
	z.strictObject({
		...manifestParts,
		version: z.literal(2),
		rangeSnapshots: z.array(bundledRangeSnapshot).min(1).max(limits.rangeSnapshots),
	}),
]);
export type BundleManifest = z.infer<typeof bundleManifest>;

export const rangeSnapshotsOf = (manifest: BundleManifest): readonly BundledRangeSnapshot[] =>
	manifest.version === 2 ? manifest.rangeSnapshots : [];

export const mediaTypes = {
	index: "application/vnd.oci.image.index.v1+json",
	manifest: "application/vnd.oci.image.manifest.v1+json",
	config: "application/vnd.oci.image.config.v1+json",
	layer: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

export const hexOf = (digestText: string): string => digestText.slice("sha256:".length);
