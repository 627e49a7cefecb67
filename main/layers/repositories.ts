import { familiarName } from "../docker/image-inspect.ts";

/**
 * The file by which an engine finds images by name (`image/overlay2/repositories.json`), for exactly these images.
 * Names are kept as the engine itself shortens them: without the public registry's host and its "library/".
 */
export function repositoriesFile(images: readonly { readonly reference: string; readonly id: string }[]): string {
	const repositories: Record<string, Record<string, string>> = {};
	for (const { reference, id } of images) {
		const familiar = familiarName(reference);
		const repository = familiar.includes("@")
			? familiar.slice(0, familiar.indexOf("@")).replace(/(?<=[^/]):[^/]*$/, "")
			: familiar.slice(0, familiar.lastIndexOf(":"));
		repositories[repository] = { ...repositories[repository], [familiar]: id };
	}
	return JSON.stringify({ Repositories: repositories });
}
