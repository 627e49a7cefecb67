import { z } from "zod";
import { errorInfo } from "./errors.ts";
import { templateInput } from "./library.ts";

/** An image as people name it: a reference or an id of a container image, or the name of a disk image. */
export const imageRef = z.string().min(1).max(500);

/** A path on the machine of the engine; the command line makes its argument absolute before it sends it. */
export const absolutePath = z
	.string()
	.min(1)
	.max(4096)
	.refine((path) => path.startsWith("/") && !path.includes("\0"), "give an absolute path");

/** Name of a disk image in the library's pool. */
export const diskName = z
	.string()
	.regex(
		/^[a-z0-9][a-z0-9._-]{0,63}$/,
		"use lower-case letters, digits, dots, hyphens and underscores, starting with a letter or a digit, at most 64",
	);

export const diskFormat = z.enum(["qcow2", "raw", "vmdk", "vdi"]);
export type DiskFormat = z.infer<typeof diskFormat>;

/** What stands on an image. */
export const imageUser = z.object({
	/**
	 * `container`: a container of the host's engine that is no range. `setting`: the settings name it. `engine`: a
	 * range's own container runs from it.
	 */
	kind: z.enum(["range", "template", "snapshot", "container", "setting", "engine"]),
	name: z.string(),
});
export type ImageUser = z.infer<typeof imageUser>;

/** A container image of the host's Docker Engine. */
export const containerImage = z.object({
	kind: z.literal("container"),
	/** The engine's id, "sha256:…". */
	id: z.string(),
	/** "name:tag"; empty for an image that lost its name. */
	references: z.array(z.string()),
	/** All its layers, unpacked. */
	sizeBytes: z.number(),
	/** Bytes of the layers that no other image of the engine has: what a delete frees. */
	ownBytes: z.number(),
	/** Bytes of the layers that other images have, too. */
	sharedBytes: z.number(),
	/** Go's name, "amd64"; empty when the image does not say it. */
	architecture: z.string(),
	/** "linux" as a rule; empty when the image does not say it. */
	os: z.string(),
	createdAt: z.string().nullable(),
	usedBy: z.array(imageUser),
	/** When it was last brought in or used by a range; null for what Homerange never touched: it is somebody else's. */
	lastUsed: z.string().nullable(),
});
export type ContainerImage = z.infer<typeof containerImage>;

/** A disk image of the library's pool. */
export const diskImage = z.object({
	kind: z.literal("disk"),
	name: z.string(),
	format: diskFormat,
	/** Bytes of the file, and of the disk that a guest sees. */
	sizeBytes: z.number(),
	virtualBytes: z.number(),
	sha256: z.string(),
	/** Where it came from, in words. */
	origin: z.string(),
	createdAt: z.string(),
	usedBy: z.array(imageUser),
	lastUsed: z.string(),
	/** What is wrong with its file, seen without reading it; null when nothing is. */
	problem: z.string().nullable(),
});
export type DiskImage = z.infer<typeof diskImage>;

export const image = z.discriminatedUnion("kind", [containerImage, diskImage]);
export type Image = z.infer<typeof image>;

/** An image that something stands on and that is not there: deleted behind our back, or never pulled. */
export const missingImage = z.object({
	reference: z.string(),
	usedBy: z.array(imageUser),
	/** What that means, in a sentence. */
	message: z.string(),
});
export type MissingImage = z.infer<typeof missingImage>;

export const imageList = z.object({
	images: z.array(image),
	missing: z.array(missingImage),
	/** Why the container images are not in the list; null when they are. */
	engineProblem: errorInfo.nullable(),
});
export type ImageList = z.infer<typeof imageList>;

/** One layer of a container image, the lowest first. */
export const imageLayer = z.object({
	/** Names the layer together with all below it, in hex: images with one chain id share its bytes. */
	chainId: z.string(),
	/** Null when the engine does not tell it. */
	sizeBytes: z.number().nullable(),
	/** How many other images have it. */
	sharedWith: z.number(),
});
export type ImageLayer = z.infer<typeof imageLayer>;

/** What a container image says about itself. */
export const imageConfig = z.object({
	entrypoint: z.array(z.string()),
	command: z.array(z.string()),
	environment: z.array(z.string()),
	/** "80/tcp". */
	exposedPorts: z.array(z.string()),
	user: z.string(),
	workingFolder: z.string(),
	labels: z.record(z.string(), z.string()),
});
export type ImageConfig = z.infer<typeof imageConfig>;

export const imageDetail = z.discriminatedUnion("kind", [
	z.object({ ...containerImage.shape, config: imageConfig, layers: z.array(imageLayer) }),
	diskImage,
]);
export type ImageDetail = z.infer<typeof imageDetail>;

export const pullImageRequest = z.strictObject({
	reference: imageRef,
	/** "linux/arm64": of an image for several architectures, another one than the engine's. */
	platform: z
		.string()
		.regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/)
		.optional(),
});
export type PullImageRequest = z.infer<typeof pullImageRequest>;

export const importImageRequest = z.strictObject({
	/** An archive of docker save, an OCI layout (archive or folder), or a disk: qcow2, raw, vmdk, vdi, ova or a Vagrant box. */
	path: absolutePath,
	/** A disk's name in the pool, or the reference that a container image without one gets. Absent: from the file's name. */
	name: imageRef.optional(),
	/** Let a name that means another container image mean this one from now on. */
	overwrite: z.boolean().default(false),
});
export type ImportImageRequest = z.infer<typeof importImageRequest>;

export const exportImageRequest = z.strictObject({
	image: imageRef,
	path: absolutePath,
	/** Replace a file that is there. */
	overwrite: z.boolean().default(false),
});
export type ExportImageRequest = z.infer<typeof exportImageRequest>;

export const deleteImageRequest = z.strictObject({
	image: imageRef,
	/** Also when templates stand on it; what ranges, snapshots or containers stand on is never deleted. */
	force: z.boolean().default(false),
});
export type DeleteImageRequest = z.infer<typeof deleteImageRequest>;

export const deletedImage = z.object({
	/** The references, ids or disk names that are gone. */
	removed: z.array(z.string()),
	freedBytes: z.number(),
	/** Set when somebody else had removed it before: then only the record went. */
	note: z.string().nullable(),
});
export type DeletedImage = z.infer<typeof deletedImage>;

export const pruneImagesRequest = z.strictObject({
	dryRun: z.boolean().default(false),
	/** Also images that Homerange never touched. Without it what other programs keep on the engine stays. */
	all: z.boolean().default(false),
	/** Only these, by a name of the plan; absent: the whole plan. */
	only: z.array(imageRef).max(1000).optional(),
});
export type PruneImagesRequest = z.infer<typeof pruneImagesRequest>;

export const prunePlan = z.object({
	images: z.array(
		z.object({
			kind: z.enum(["container", "disk"]),
			/** Its first reference, its id, or the disk's name. */
			name: z.string(),
			sizeBytes: z.number(),
			lastUsed: z.string().nullable(),
		}),
	),
	/** What they free together: layers that only they share count, layers that stay in use do not. */
	freedBytes: z.number(),
});
export type PrunePlan = z.infer<typeof prunePlan>;

/** `taskId` is null for a dry run, and when there is nothing to remove. */
export const pruneAnswer = z.object({ plan: prunePlan, taskId: z.string().nullable() });
export type PruneAnswer = z.infer<typeof pruneAnswer>;

export const buildImageRequest = z.strictObject({
	/** A folder with a Dockerfile and what it copies. */
	folder: absolutePath,
	tag: imageRef,
	/** The recipe's file, relative to the folder. */
	dockerfile: z.string().min(1).max(255).default("Dockerfile"),
	/** `none` gives the recipe's commands no network. */
	network: z.enum(["default", "none"]).default("default"),
});
export type BuildImageRequest = z.infer<typeof buildImageRequest>;

/** One line of a build's output: plain text without control characters, bounded. */
export const buildLine = z.object({ line: z.string() });
export type BuildLine = z.infer<typeof buildLine>;

/** A template made of an image, filled in from the image's own metadata. */
export const promoteForm = z.object({
	/** Ready to be sent, and to be changed before. Without a command the image's own holds. */
	input: templateInput,
	/** What the image says itself; null for a disk. */
	config: imageConfig.nullable(),
	/** What a person should look at: guesses, and what could not be found out. */
	notes: z.array(z.string()),
});
export type PromoteForm = z.infer<typeof promoteForm>;
