import { z } from "zod";
import { blueprintSource } from "./blueprints.ts";

/** A file of the engine's own machine. The engine has a working folder of its own, so the path is absolute. */
const path = z
	.string()
	.max(4096)
	.regex(/^(\/|[A-Za-z]:[\\/])/, "give an absolute path");

export const createBundleRequest = z.strictObject({
	/** The file to write. It appears when it is whole; until then its bytes are in a file beside it. */
	file: path,
	/** Of the kind `range-snapshot`: the snapshot itself comes into the bundle, with its parts. */
	blueprints: z.array(blueprintSource).min(1).max(64),
	/** An Ed25519 private key in PEM; the bundle is signed with it. */
	signKeyFile: path.optional(),
	/** Writes over a file of this name. */
	replace: z.boolean().default(false),
});
export type CreateBundleRequest = z.infer<typeof createBundleRequest>;

/**
 * What becomes of a name (an image's, a template's, a snapshot's, a blueprint's) that this machine has for something
 * else: the installation is refused, the bundle's takes its place, or this machine's stays.
 */
export const bundleConflicts = z.enum(["refuse", "replace", "keep"]);
export type BundleConflicts = z.infer<typeof bundleConflicts>;

export const installBundleRequest = z.strictObject({
	file: path,
	/** An Ed25519 public key in PEM; a bundle that it did not sign is refused. */
	keyFile: path.optional(),
	conflicts: bundleConflicts.default("refuse"),
});
export type InstallBundleRequest = z.infer<typeof installBundleRequest>;

export const showBundleRequest = z.strictObject({ file: path });

/** What a bundle says that it holds, read from its beginning: its layers are checked by an installation. */
export const bundleInfo = z.object({
	file: z.string(),
	sizeBytes: z.number(),
	createdAt: z.string(),
	/** Version of the product that made it. */
	productVersion: z.string(),
	/** SHA-256 of the public key that signed it; null when it is not signed. Only an installation with the key proves it. */
	signer: z.string().nullable(),
	blueprints: z.array(
		z.object({ name: z.string(), title: z.string(), machines: z.number(), networks: z.number(), files: z.number() }),
	),
	templates: z.array(z.string()),
	/** Of machines, without those that are parts of a range's. */
	snapshots: z.array(z.string()),
	rangeSnapshots: z.array(z.object({ name: z.string(), machines: z.number() })),
	images: z.array(
		z.object({
			reference: z.string(),
			id: z.string(),
			architecture: z.string(),
			layers: z.number(),
			/** Unpacked, with the layers that other images of the bundle have too. */
			sizeBytes: z.number(),
			/** A range's own container runs from it. */
			isDind: z.boolean(),
		}),
	),
	/** Each is in the file once, whatever number of images stand on it. */
	layers: z.object({ count: z.number(), packedBytes: z.number(), unpackedBytes: z.number() }),
});
export type BundleInfo = z.infer<typeof bundleInfo>;
