import type { OsFamily } from "../../contract/library.ts";
import type { EntryKind, LibraryEntry } from "./entries.ts";

export interface EntryFilter {
	text: string;
	os: OsFamily | "all";
	kind: EntryKind | "all";
	/** Empty: any. */
	tag: string;
}

export const noFilter: EntryFilter = { text: "", os: "all", kind: "all", tag: "" };

export const entryOrders = ["name", "newest", "largest", "used"] as const;
export type EntryOrder = (typeof entryOrders)[number];

export function filterEntries(list: readonly LibraryEntry[], filter: EntryFilter): LibraryEntry[] {
	const wanted = filter.text.trim().toLowerCase();
	return list.filter(
		(entry) =>
			(filter.os === "all" || entry.os === filter.os) &&
			(filter.kind === "all" || entry.kind === filter.kind) &&
			(filter.tag === "" || entry.tags.includes(filter.tag)) &&
			(wanted === "" ||
				[entry.name, entry.about, entry.description, ...entry.tags, ...entry.words].some((part) =>
					part.toLowerCase().includes(wanted),
				)),
	);
}

/** A copy in this order; what is equal stands by its name. */
export function sortEntries(list: readonly LibraryEntry[], order: EntryOrder): LibraryEntry[] {
	const byName = (a: LibraryEntry, b: LibraryEntry): number => a.name.localeCompare(b.name, "en", { numeric: true });
	const by: Record<EntryOrder, (a: LibraryEntry, b: LibraryEntry) => number> = {
		name: () => 0,
		newest: (a, b) => b.createdAt.localeCompare(a.createdAt),
		largest: (a, b) => b.ownBytes - a.ownBytes,
		used: (a, b) => b.userCount - a.userCount,
	};
	return list.toSorted((a, b) => by[order](a, b) || byName(a, b));
}

/** What the entries can be filtered by: only what at least one of them has. */
export function filterChoices(list: readonly LibraryEntry[]): {
	os: OsFamily[];
	kinds: EntryKind[];
	tags: string[];
} {
	return {
		os: [...new Set(list.flatMap(({ os }) => (os === null ? [] : [os])))].sort(),
		kinds: [...new Set(list.map(({ kind }) => kind))].sort(),
		tags: [...new Set(list.flatMap(({ tags }) => tags))].sort(),
	};
}
