import { create } from "zustand";
import type { BlueprintSource } from "../../contract/blueprints.ts";

/** The text of a file that was dropped on the window; it has no path that the page may know. */
export const useDroppedText = create<{ file: string; text: string } | null>(() => null);

/** The blueprint that the deploy page's address names; null when none is chosen yet. */
export function sourceOf(
	search: URLSearchParams,
	dropped: { file: string; text: string } | null,
): BlueprintSource | null {
	const shipped = search.get("shipped");
	if (shipped !== null) return { kind: "shipped", name: shipped };
	const snapshot = search.get("snapshot");
	if (snapshot !== null) return { kind: "range-snapshot", name: snapshot };
	const path = search.get("file");
	if (path !== null) return { kind: "file", path };
	if (search.has("text") && dropped !== null) return { kind: "text", ...dropped };
	return null;
}

/** What the page calls the source. */
export function sourceName(source: BlueprintSource): string {
	switch (source.kind) {
		case "shipped":
		case "range-snapshot":
			return source.name;
		case "file":
			return source.path.split(/[\\/]/).at(-1) ?? source.path;
		case "text":
			return source.file;
	}
}
