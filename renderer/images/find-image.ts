import type { ContainerImage, Image } from "../../contract/images.ts";

/** The container image that a reference of a template or blueprint means; without a tag it means `latest`. */
export function findContainerImage(images: readonly Image[], reference: string): ContainerImage | null {
	const hasTag = /[:@]/.test(reference.slice(reference.lastIndexOf("/") + 1));
	const full = hasTag ? reference : `${reference}:latest`;
	for (const image of images) {
		if (image.kind === "container" && (image.id === reference || image.references.includes(full))) return image;
	}
	return null;
}
