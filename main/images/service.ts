import type { Images } from "./images.ts";

/** What the border needs of the image cache. */
export type ImageService = Pick<
	Images,
	| "list"
	| "get"
	| "pull"
	| "import"
	| "imported"
	| "export"
	| "build"
	| "buildOutput"
	| "delete"
	| "prune"
	| "promoteForm"
	| "promote"
>;
