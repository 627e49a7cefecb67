import { paths } from "../app/navigation.ts";
import type { LibraryEntry } from "./entries.ts";

/** The page of an entry. */
export function entryPath(entry: LibraryEntry): string {
	switch (entry.of) {
		case "template":
			return paths.template(entry.name);
		case "snapshot":
			return paths.snapshot(entry.snapshot.id);
		case "range-snapshot":
			return paths.rangeSnapshot(entry.rangeSnapshot.id);
	}
}
