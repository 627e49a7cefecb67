import { familiarName, imageReference } from "../docker/image-inspect.ts";

/**
 * One spelling for all that mean one image: Docker Hub's own names are short in engines' lists and may be long in
 * blueprints. What is no reference stays as it is.
 */
export function canonicalReference(image: string): string {
	let reference: string;
	try {
		reference = imageReference(image);
	} catch {
		// An id or an unknown name is compared as it is.
		return image;
	}
	// A digest says it all: engines leave out the tag that stood beside it.
	return familiarName(reference).replace(/:[^/:@]+@/, "@");
}

/** "sha256:…" as engines write ids. */
export function isImageId(text: string): boolean {
	return /^sha256:[0-9a-f]{64}$/.test(text);
}
